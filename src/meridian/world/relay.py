"""One direction-pair of a simulated long-distance link: a TCP relay that holds every byte for half a round
trip.

A cut link behaves as a partition does, not as a refusal: connections are accepted, and nothing comes
through. When it is restored, connections that lost bytes are reset, as the bytes will not come back.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import cast

HOLD_AT_MOST = 4_000_000
"""Bytes under way in one direction before the sender is told to wait."""


@dataclass(slots=True)
class Link:
    """asking, asked: regions. target: host:port of the asked region's edge. delay: seconds each way."""

    asking: str
    asked: str
    host: str
    port: int
    delay: float
    cut: bool = False
    ends: set["End"] = field(default_factory=set)

    def restore(self) -> None:
        self.cut = False
        for end in [end for end in self.ends if end.lost]:
            end.reset()

    def close(self) -> None:
        for end in list(self.ends):
            end.reset()


class End(asyncio.Protocol):
    """One end of a relayed connection. What it receives is written to the other end, late."""

    def __init__(self, link: Link, loop: asyncio.AbstractEventLoop) -> None:
        self.link = link
        self.loop = loop
        self.transport: asyncio.Transport | None = None
        self.other: End | None = None
        self.lost = False
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._held = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.link.ends.add(self)

    def data_received(self, data: bytes) -> None:
        self._send(data)

    def eof_received(self) -> bool:
        self._send(b"")
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self.link.ends.discard(self)
        self.transport = None
        if exc is not None and self.other and self.other.transport:
            self.other.transport.abort()
        elif self.other is not None and not self._under_way:
            self.other.finish()

    def pause_writing(self) -> None:
        if self.other and self.other.transport:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other and self.other.transport:
            self.other.transport.resume_reading()

    def finish(self) -> None:
        if self.transport and not self.transport.is_closing():
            self.transport.close()

    def reset(self) -> None:
        for end in (self, self.other):
            if end and end.transport:
                end.transport.abort()

    def _send(self, data: bytes) -> None:
        """Empty bytes stand for the end of the stream, which travels as slowly as the rest."""
        if self.link.cut:
            self.lost = True
            return
        self._under_way.append((self.loop.time() + self.link.delay, data))
        self._held += len(data)
        if self._held > HOLD_AT_MOST and self.transport:
            self.transport.pause_reading()
        if self._timer is None:
            self._timer = self.loop.call_later(self.link.delay, self._arrive)

    def _arrive(self) -> None:
        self._timer = None
        if self.link.cut:
            self.lost = True
            self._under_way.clear()
            self._held = 0
            return
        if self.other is None and self.transport is not None:
            self._timer = self.loop.call_later(0.001, self._arrive)  # the far end is still being connected
            return
        now = self.loop.time() + 0.0005
        over = self._held > HOLD_AT_MOST
        while self._under_way and self._under_way[0][0] <= now:
            _, data = self._under_way.popleft()
            self._held -= len(data)
            self._deliver(data)
        if over and self._held <= HOLD_AT_MOST and self.transport:
            self.transport.resume_reading()
        if self._under_way:
            self._timer = self.loop.call_at(self._under_way[0][0], self._arrive)

    def _deliver(self, data: bytes) -> None:
        other = self.other
        if other is None or other.transport is None or other.transport.is_closing():
            return
        if data:
            other.transport.write(data)
        elif other.transport.can_write_eof():
            other.transport.write_eof()
        if self.transport is None and not self._under_way:
            other.finish()


class Near(End):
    """The end that faces the asking edge: opens the far end when it is connected to."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._opening = self.loop.create_task(self._open())

    async def _open(self) -> None:
        try:
            _, far = await self.loop.create_connection(
                lambda: End(self.link, self.loop), self.link.host, self.link.port
            )
        except OSError:
            if self.transport:
                self.transport.abort()
            return
        far.other, self.other = self, far
        if self.transport is None:
            far.finish()
