"""A connection of HTTP/2: as many exchanges at once as the server allows.

The frames are handled here, not by the library `h2`: its state machines take most of a request's time, and a load generator needs
little of what they are for (docs/adr/0012 has the figures). The tests hold this against `h2` as the server, and against Envoy.
"""

import asyncio
import struct
from dataclasses import dataclass, field
from typing import cast

import hpack

from meridian.loadtest.engine import frames
from meridian.loadtest.engine.exchange import BODY_KEPT, Exchange, Home
from meridian.loadtest.engine.frames import Flag, Kind, Setting
from meridian.loadtest.engine.trouble import words
from meridian.loadtest.plan import Answer, Origin

REPLENISH = 2**28
"""Bytes of bodies after which the connection's window is opened again."""

LAST_STREAM = 2**31 - 1_000
MOST_STREAMS = 256
"""On one connection, also where the server allows more."""


@dataclass(slots=True, eq=False)
class Stream:
    """An exchange on its way. window: bytes of its request's body that may still go out; unsent: those that wait for that. heard:
    pieces that had come on the connection when it went out."""

    exchange: Exchange
    window: int
    heard: int
    unsent: bytes = b""
    status: int = 0
    head: bytes = b""
    body: list[bytes] = field(default_factory=list)
    size: int = 0


class Http2(asyncio.Protocol):
    """ready: set once the server has told its settings, or with an error when it speaks something else."""

    def __init__(self, pool: Home, origin: Origin) -> None:
        self.room = True
        self.listed = False
        self._loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = self._loop.create_future()
        self._out: list[bytes] = []
        self._pool = pool
        self._origin = origin
        self._transport: asyncio.Transport | None = None
        self._streams: dict[int, Stream] = {}
        self._next = 1
        self._limit = MOST_STREAMS
        self._leaving = False
        self._used = False
        self._heard = 0
        self._buffer = b""
        self._decoder = hpack.Decoder()
        self._block: tuple[int, int, bytes] | None = None
        self._window = frames.FIRST_WINDOW
        self._first_window = frames.FIRST_WINDOW
        self._frame_size = frames.FRAME_LIMIT
        self._received = 0

    @property
    def capacity(self) -> int:
        return max(self._limit, 1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._write(frames.opening())

    def send(self, exchange: Exchange) -> None:
        try:
            block = frames.fields(exchange.ask, self._origin)
        except ValueError as error:
            self._pool.unanswered(exchange, str(error), untouched=False)
            return
        number, self._next = self._next, self._next + 2
        body = exchange.ask.body
        stream = self._streams[number] = Stream(exchange, self._first_window, self._heard, body)
        self._leaving = self._leaving or self._next > LAST_STREAM
        self._write(frames.headers(number, block, self._frame_size, not body))
        if body:
            self._send_body(number, stream)
        self._measure()

    def give_up(self, exchange: Exchange) -> None:
        """A connection on which nothing at all came meanwhile is not trusted with more."""
        for number, stream in self._streams.items():
            if stream.exchange is exchange:
                del self._streams[number]
                self._write(frames.frame(Kind.RST_STREAM, 0, number, frames.CANCEL.to_bytes(4, "big")))
                self._settle(silent=stream.heard == self._heard)
                return

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._heard += 1
        buffer = self._buffer + data if self._buffer else data
        at = 0
        try:
            while len(buffer) - at >= frames.HEADER:
                size = int.from_bytes(buffer[at : at + 3], "big")
                if size > frames.FRAME_LIMIT or not (self.ready.done() or buffer[at + 3] == Kind.SETTINGS):
                    raise ValueError("not HTTP/2")
                end = at + frames.HEADER + size
                if end > len(buffer):
                    break
                stream = int.from_bytes(buffer[at + 5 : at + 9], "big") & 0x7FFFFFFF
                self._take(buffer[at + 3], buffer[at + 4], stream, buffer[at + frames.HEADER : end])
                at = end
        except (ValueError, struct.error, hpack.HPACKError) as bad:
            self._fail(str(bad) if type(bad) is ValueError else "not HTTP/2")
            return
        self._buffer = buffer[at:]

    def eof_received(self) -> None:
        self._leaving = True
        self._pool.withdrawn(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail(words(exc) if exc is not None else "closed without an answer")
        self._pool.lost(self)

    def _take(self, kind: int, flags: int, number: int, payload: bytes) -> None:
        """One frame. Raises ValueError when the other side breaks the rules."""
        if self._block is not None and (kind != Kind.CONTINUATION or number != self._block[0]):
            raise ValueError("not HTTP/2")
        match kind:
            case Kind.DATA:
                self._data(flags, number, payload)
            case Kind.HEADERS:
                block = frames.unpadded(flags, payload)
                self._headers(number, flags, block[5:] if flags & Flag.PRIORITY else block, flags)
            case Kind.CONTINUATION if self._block is not None:
                _, first, block = self._block
                self._headers(number, flags, block + payload, first)
            case Kind.RST_STREAM:
                self._reset(number, struct.unpack(">I", payload)[0])
            case Kind.SETTINGS if not flags & Flag.ACK:
                self._settings(payload)
            case Kind.PING if not flags & Flag.ACK:
                self._write(frames.frame(Kind.PING, Flag.ACK, 0, payload))
            case Kind.GOAWAY:
                self._goaway(*struct.unpack_from(">II", payload))
            case Kind.WINDOW_UPDATE:
                self._opened(number, struct.unpack(">I", payload)[0] & 0x7FFFFFFF)
            case Kind.PUSH_PROMISE | Kind.CONTINUATION:
                raise ValueError("not HTTP/2")

    def _headers(self, number: int, flags: int, block: bytes, first: int) -> None:
        """first: the flags of the frame that the block began with."""
        if not flags & Flag.END_HEADERS:
            if len(block) > frames.FRAME_LIMIT * 16:
                raise ValueError("an answer's headers do not end")
            self._block = (number, first, block)
            return
        self._block = None
        told = self._decoder.decode(block, raw=True)
        stream = self._streams.get(number)
        if stream is None:
            return
        if stream.status < 200:
            stream.status = next((int(value) for name, value in told if name == b":status"), 0)
            lines = [b"%b: %b\r\n" % (name, value) for name, value in told if name[:1] != b":"]
            stream.head = b"HTTP/2 %d\r\n%b" % (stream.status, b"".join(lines))
        if first & Flag.END_STREAM:
            self._finish(number, stream)

    def _data(self, flags: int, number: int, payload: bytes) -> None:
        self._received += len(payload)
        if self._received > REPLENISH:
            self._write(frames.window(0, self._received))
            self._received = 0
        stream = self._streams.get(number)
        if stream is None:
            return
        body = frames.unpadded(flags, payload)
        if stream.size < BODY_KEPT:
            stream.body.append(body[: BODY_KEPT - stream.size])
        stream.size += len(body)
        if flags & Flag.END_STREAM:
            self._finish(number, stream)

    def _finish(self, number: int, stream: Stream) -> None:
        del self._streams[number]
        self._used = True
        if stream.unsent:  # answered before all was asked: the rest is not wanted
            self._write(frames.frame(Kind.RST_STREAM, 0, number, frames.CANCEL.to_bytes(4, "big")))
        if stream.status >= 200:
            answer = Answer(stream.status, stream.head, b"".join(stream.body), size=stream.size)
            self._pool.answered(stream.exchange, answer)
        else:
            self._pool.unanswered(stream.exchange, "half an answer", untouched=False)
        self._settle()

    def _reset(self, number: int, code: int) -> None:
        stream = self._streams.pop(number, None)
        if stream is not None:
            detail = f"stream reset: {frames.error(code)}"
            self._pool.unanswered(stream.exchange, detail, untouched=code == frames.REFUSED)
            self._settle()

    def _goaway(self, last: int, code: int) -> None:
        """last: the number of the last stream that the server will still answer."""
        self._leaving = True
        self._pool.withdrawn(self)
        for number in [each for each in self._streams if each > last & 0x7FFFFFFF]:
            stream = self._streams.pop(number)
            self._pool.unanswered(stream.exchange, f"turned away: {frames.error(code)}", untouched=True)
        self._settle()

    def _settings(self, payload: bytes) -> None:
        for name, value in frames.settings(payload):
            match name:
                case Setting.MAX_STREAMS:
                    self._limit = min(value, MOST_STREAMS)
                case Setting.WINDOW:
                    for stream in self._streams.values():
                        stream.window += value - self._first_window
                    self._first_window = value
                case Setting.FRAME_SIZE:
                    self._frame_size = min(max(value, frames.FRAME_LIMIT), 2**24 - 1)
        self._write(frames.frame(Kind.SETTINGS, Flag.ACK, 0))
        self._send_bodies()
        if not self.ready.done():
            self._measure()
            self.ready.set_result(None)
        else:
            self._settle()

    def _opened(self, number: int, more: int) -> None:
        if number == 0:
            self._window += more
        elif (stream := self._streams.get(number)) is not None:
            stream.window += more
        self._send_bodies()

    def _send_bodies(self) -> None:
        for number, stream in self._streams.items():
            if stream.unsent:
                self._send_body(number, stream)

    def _send_body(self, number: int, stream: Stream) -> None:
        """As much of a request's body as the windows allow."""
        while stream.unsent and (most := min(self._window, stream.window, self._frame_size)) > 0:
            piece, stream.unsent = stream.unsent[:most], stream.unsent[most:]
            self._window -= len(piece)
            stream.window -= len(piece)
            self._write(frames.frame(Kind.DATA, 0 if stream.unsent else Flag.END_STREAM, number, piece))

    def _measure(self) -> None:
        self.room = not self._leaving and len(self._streams) < self._limit

    def _settle(self, *, silent: bool = False) -> None:
        """After something ended. silent: nothing has come for long."""
        self._leaving = self._leaving or silent
        self._measure()
        if self._leaving:
            self._pool.withdrawn(self)
            if not self._streams:
                self.close()
        elif self.room:
            self._pool.freed(self)

    def _fail(self, detail: str) -> None:
        """The connection is of no more use."""
        self._leaving = True
        self._pool.withdrawn(self)
        if not self.ready.done():
            self.ready.set_exception(ValueError(detail))
        streams, self._streams = self._streams, {}
        for stream in streams.values():
            self._pool.unanswered(stream.exchange, detail, untouched=self._used and not stream.status)
        self.close()

    def _write(self, content: bytes) -> None:
        """What is written in one turn of the event loop goes out together: a system call costs more than a request."""
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(content)

    def _flush(self) -> None:
        out, self._out = self._out, []
        if self._transport is not None:
            self._transport.write(b"".join(out))
