"""One stream for all who watch: each event is made once, and its bytes go to every reader.

A reader has a bounded queue. Whoever is too slow for it is dropped, as live numbers are worthless when they are old; its client
connects again and gets the present ones.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from meridian.core.clock import Clock
from meridian.core.errors import Unavailable
from meridian.feature import Control
from meridian.telemetry.stream.wire import KEEP_ALIVE, event

QUEUE = 64
"""Events that a reader may be behind: about a minute."""
READERS = 500
SILENCE = 15.0
"""Seconds without an event after which a reader gets a comment, so that nothing between takes the connection for dead."""
LIFE = 3600.0
"""Seconds after which a stream ends, so that a token that was revoked does not watch for ever. Clients connect again."""


class Reader:
    """One who watches. lost: was too slow."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE)
        self.lost = False

    def offer(self, data: bytes) -> None:
        """Never waits."""
        if self.lost:
            return
        try:
            self._queue.put_nowait(data)
        except asyncio.QueueFull:
            self.lost = True
            self.end()

    def end(self) -> None:
        """What waits is not sent any more."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def events(self) -> AsyncIterator[bytes]:
        """Until it ends."""
        loop = asyncio.get_running_loop()
        over = loop.time() + LIFE
        while loop.time() < over:
            try:
                async with asyncio.timeout(SILENCE):
                    data = await self._queue.get()
            except TimeoutError:
                data = KEEP_ALIVE
            if data is None:
                return
            yield data


class Hub:
    """begin: work that makes events while anyone watches; it is cancelled when nobody does any more."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._readers: set[Reader] = set()
        self._making: asyncio.Task[None] | None = None
        self._stopped = False
        self.made = 0
        """Events since the start."""

    @property
    def readers(self) -> int:
        return len(self._readers)

    def publish(self, name: str, data: Any, id: str = "") -> None:
        """Never waits; nothing happens where nobody watches."""
        if self._readers:
            self.send(event(name, data, id))

    def send(self, data: bytes) -> None:
        self.made += 1
        for reader in tuple(self._readers):
            reader.offer(data)
            if reader.lost:
                self._readers.discard(reader)

    def join(self, make: Callable[[], Any]) -> Reader:
        """A new reader. make: begins the work that makes events (a coroutine), when this one is the first. Raises Unavailable."""
        if self._stopped:
            raise Unavailable("control is stopping", "connect again in a moment")
        if len(self._readers) >= READERS:
            raise Unavailable(f"{READERS} streams are open already", "close one")
        reader = Reader()
        self._readers.add(reader)
        if self._making is None or self._making.done():
            self._making = asyncio.get_running_loop().create_task(make(), name="telemetry.stream")
        return reader

    async def leave(self, reader: Reader) -> None:
        self._readers.discard(reader)
        if not self._readers and self._making is not None:
            making, self._making = self._making, None
            making.cancel()
            with suppress(asyncio.CancelledError):
                await making

    def stop(self) -> None:
        """Ends every stream, as control is stopping."""
        self._stopped = True
        for reader in tuple(self._readers):
            reader.end()
        self._readers.clear()
        if self._making is not None:
            self._making.cancel()
            self._making = None


def hub_of(control: Control) -> Hub:
    return control.shared(Hub, lambda: Hub(control.clock))
