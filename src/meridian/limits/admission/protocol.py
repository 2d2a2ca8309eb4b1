"""HTTP/1.1 for admission: a uvloop `Protocol` over httptools, because it is asked once for each payment, login and payout.

Only the edge's own Envoy can reach the socket, but what it passes on was written by clients: everything is bounded, and what is
not HTTP gets a 400 and a closed connection.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, cast

import httptools

from meridian.limits.admission import reply

LARGEST_BODY = 65_536
"""Bytes."""
LARGEST_REQUEST = 131_072
"""Bytes of one request, headers included."""
_MOST_WAITING = 256
"""Answers of one connection that are not ready yet; then it is not read on."""

Send = Callable[[bytes], None]


class Handler(Protocol):
    def handle(
        self, method: bytes, path: bytes, headers: dict[bytes, bytes], body: bytes, send: Send
    ) -> None:
        """Calls `send` once, with the whole answer, now or later."""


class _Turn:
    """An answer's place in the order of its connection."""

    __slots__ = ("content", "last")

    def __init__(self, last: bool) -> None:
        self.content: bytes | None = None
        self.last = last


class AdmissionProtocol(asyncio.Protocol):
    """One connection. Answers leave in the order of their requests."""

    __slots__ = (
        "_body",
        "_handler",
        "_headers",
        "_over",
        "_parser",
        "_paused",
        "_transport",
        "_turns",
        "_unread",
        "_url",
    )

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._parser: Any = None
        self._transport: asyncio.Transport | None = None
        self._turns: deque[_Turn] = deque()
        self._over = False
        self._paused = False
        self._unread = 0
        self.on_message_begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self._parser = httptools.HttpRequestParser(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._over = True
        self._transport = None
        self._parser = None
        self._turns.clear()

    def data_received(self, data: bytes) -> None:
        if self._over:
            return
        self._unread += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._leave()
            return
        except httptools.HttpParserError:
            self._refuse(400, "bad-request", "The request cannot be understood", "Send HTTP/1.1.")
            return
        if self._unread > LARGEST_REQUEST:
            self._refuse(
                431, "headers-too-large", "The request is too large", "Send fewer or shorter headers."
            )

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._body = b""

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self._body += body
        if len(self._body) > LARGEST_BODY:
            self._refuse(413, "too-large", "The request is too large", f"Send at most {LARGEST_BODY} bytes.")

    def on_message_complete(self) -> None:
        if self._over:
            return
        self._unread = 0
        method = self._parser.get_method()
        turn = _Turn(not self._parser.should_keep_alive())
        self._turns.append(turn)
        self._handler.handle(
            method, self._url, self._headers, self._body, lambda content: self._ready(turn, method, content)
        )
        if len(self._turns) > _MOST_WAITING and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def _leave(self) -> None:
        """After a request to speak something else: it has been answered in HTTP, and what follows is not read."""
        self._over = True
        if self._turns:
            self._turns[-1].last = True
        elif self._transport is not None:
            self._transport.close()

    def _refuse(self, status: int, kind: str, title: str, detail: str) -> None:
        """The last answer of this connection, after those that are due before it."""
        if self._over:
            return
        self._over = True
        turn = _Turn(True)
        self._turns.append(turn)
        self._ready(turn, b"", reply.wrong(status, kind, title, detail, last=True))

    def _ready(self, turn: _Turn, method: bytes, content: bytes) -> None:
        turn.content = reply.without_body(content) if method == b"HEAD" else content
        transport, turns = self._transport, self._turns
        if transport is None or transport.is_closing():
            return
        while turns and (due := turns[0].content) is not None:
            transport.write(due)
            if turns.popleft().last:
                self._over = True
                transport.close()
                return
        if self._paused and len(turns) < _MOST_WAITING // 2:
            self._paused = False
            transport.resume_reading()
