"""The connections to one origin: as many as are needed at once, up to a bound; what finds none waits in line.

Waiting in line is part of what a user waits, so it is part of the latency: an exchange is timed from when it was due.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from meridian.loadtest.engine.exchange import Carrier, Exchange
from meridian.loadtest.engine.trouble import words
from meridian.loadtest.plan import BROKE, TIMED_OUT, Answer

MOST_CONNECTIONS = 1024
"""To one origin, from one process. Envoy's own bounds (1024 connections to a cluster) bite before it."""

Dial = Callable[["Pool"], Awaitable[Carrier]]
"""Opens a connection that reports to the pool. Raises OSError or ValueError (words for people) when there is none."""


class Pool:
    """streams: how many exchanges a connection carries at once, as a guess until one is open. patience: seconds after which
    an attempt to connect is given up."""

    def __init__(self, dial: Dial, streams: int, patience: float, most: int = MOST_CONNECTIONS) -> None:
        self.most = most
        self.open = 0
        self._dial = dial
        self._streams = streams
        self._patience = patience
        self._free: list[Carrier] = []
        self._carriers: set[Carrier] = set()
        self._queue: deque[Exchange] = deque()
        self._under_way: dict[Exchange, None] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def waiting(self) -> int:
        """Exchanges without an answer."""
        return len(self._under_way)

    def send(self, exchange: Exchange) -> None:
        """Never blocks; `exchange.done` is called exactly once."""
        self._under_way[exchange] = None
        if self._free:
            self._on(self._free[-1], exchange)
        else:
            self._queue.append(exchange)
            self._grow()

    def expire(self, now: float) -> None:
        """Ends what has waited past its deadline. They stand in order of sending, which is that of their deadlines but for
        moments."""
        expired = []
        for exchange in self._under_way:
            if exchange.deadline > now:
                break
            expired.append(exchange)
        for exchange in expired:
            carrier = exchange.carrier
            self._finish(exchange, Answer(TIMED_OUT, detail="no answer in time"))
            if carrier is not None:
                carrier.give_up(exchange)

    def close(self) -> None:
        """Every connection is closed; nothing is told of what was under way."""
        self._closed = True
        for exchange in self._under_way:
            exchange.over = True
        self._under_way.clear()
        self._queue.clear()
        for task in self._opening:
            task.cancel()
        for carrier in list(self._carriers):
            carrier.close()

    def answered(self, exchange: Exchange, answer: Answer) -> None:
        self._finish(exchange, answer)

    def unanswered(self, exchange: Exchange, detail: str, *, untouched: bool) -> None:
        if exchange.over:
            return
        if untouched and exchange.ask.repeatable and not exchange.resent:
            exchange.resent = True
            exchange.carrier = None
            self._again(exchange)
        else:
            self._finish(exchange, Answer(BROKE, detail=detail))

    def freed(self, carrier: Carrier) -> None:
        while self._queue and carrier.room:
            exchange = self._queue.popleft()
            if not exchange.over:
                exchange.carrier = carrier
                carrier.send(exchange)
        if carrier.room and not carrier.listed:
            carrier.listed = True
            self._free.append(carrier)

    def withdrawn(self, carrier: Carrier) -> None:
        carrier.room = False
        if carrier.listed:
            carrier.listed = False
            self._free.remove(carrier)

    def lost(self, carrier: Carrier) -> None:
        self.withdrawn(carrier)
        self._carriers.discard(carrier)
        self.open = len(self._carriers)
        self._grow()

    def _again(self, exchange: Exchange) -> None:
        """Where a connection carries one exchange, on a fresh one: other kept ones may have been closed at the same moment."""
        if self._streams == 1:
            self._open(exchange)
        elif self._free:
            self._on(self._free[-1], exchange)
        else:
            self._queue.appendleft(exchange)
            self._grow()

    def _on(self, carrier: Carrier, exchange: Exchange) -> None:
        """On the last of the free ones: the fewest connections are kept busy, as a browser's would be."""
        exchange.carrier = carrier
        carrier.send(exchange)
        if not carrier.room and carrier.listed:
            self.withdrawn(carrier)

    def _finish(self, exchange: Exchange, answer: Answer) -> None:
        if not exchange.over:
            exchange.over = True
            exchange.carrier = None
            self._under_way.pop(exchange, None)
            exchange.done(exchange, answer)

    def _grow(self) -> None:
        while (
            len(self._opening) * self._streams < len(self._queue)
            and self.open + len(self._opening) < self.most
            and not self._closed
        ):
            self._open(None)

    def _open(self, exchange: Exchange | None) -> None:
        """exchange: what the new connection is for; None: for whatever stands first in line."""
        if self._closed:
            return
        task = asyncio.create_task(self._opened(exchange))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _opened(self, exchange: Exchange | None) -> None:
        try:
            async with asyncio.timeout(self._patience):
                carrier = await self._dial(self)
        except (OSError, ValueError) as error:
            self._opening.discard(_this_task())
            self._failed(exchange, words(error))
            return
        self._opening.discard(_this_task())
        if not carrier.room:  # lost before anything could be asked on it
            self._failed(exchange, "closed without an answer")
            return
        self._carriers.add(carrier)
        self.open = len(self._carriers)
        self._streams = carrier.capacity
        if exchange is not None and not exchange.over:
            self._on(carrier, exchange)
        self.freed(carrier)
        self._grow()

    def _failed(self, exchange: Exchange | None, detail: str) -> None:
        """A failed attempt is the end of one exchange; the others in line have attempts of their own."""
        while exchange is None and self._queue:
            first = self._queue.popleft()
            exchange = None if first.over else first
        if exchange is not None:
            self._finish(exchange, Answer(BROKE, detail=detail))
        self._grow()


def _this_task() -> "asyncio.Task[None]":
    task: asyncio.Task[None] | None = asyncio.current_task()
    assert task is not None
    return task
