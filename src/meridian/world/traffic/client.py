"""A lean HTTP/1.1 client: one request at a time on each connection, as many connections as are needed at once.

It resends what RFC 9112 (section 9.3.1) lets it resend: an idempotent request on a kept connection that the server closed
without answering.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import httptools

Done = Callable[[int, bytes], None]
"""Called with the status and the body; status 0 when the connection broke, -1 after the time limit."""

TIMED_OUT, BROKE = -1, 0


class Connection(asyncio.Protocol):
    """pool: where it returns to when its answer is complete."""

    def __init__(self, pool: "Pool") -> None:
        self.pool = pool
        self.transport: asyncio.Transport | None = None
        self.request: Request | None = None
        self.used = False
        self._got = False
        self._parser: Any = None
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def send(self, request: "Request") -> None:
        assert self.transport is not None
        self.request = request
        self._got = False
        self._body = b""
        self._parser = httptools.HttpResponseParser(self)
        self.transport.write(request.content)

    def data_received(self, data: bytes) -> None:
        self._got = True
        if self._parser is None:
            return self._close()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._close()
        return None

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        request, self.request = self.request, None
        status = self._parser.get_status_code()
        if self._parser.should_keep_alive():
            self.used = True
            self.pool.idle.append(self)
        else:
            self._close()
        if request is not None:
            request.finish(status, self._body)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self in self.pool.idle:
            self.pool.idle.remove(self)
        request, self.request = self.request, None
        if request is None or request.over:
            return
        if self.used and not self._got and request.repeatable and not request.resent:
            request.resent = True
            self.pool.again(request)
            return
        request.finish(BROKE, b"")

    def give_up(self) -> None:
        self.request = None
        self._close()

    def _close(self) -> None:
        if self.transport:
            self.transport.abort()


@dataclass(slots=True)
class Request:
    """content: its bytes. repeatable: whether it may be sent twice."""

    content: bytes
    repeatable: bool
    done: Done
    started: float = field(default_factory=time.monotonic)
    resent: bool = False
    over: bool = False
    connection: Connection | None = None

    def finish(self, status: int, body: bytes) -> None:
        if not self.over:
            self.over = True
            self.done(status, body)


class Pool:
    """The connections to one edge."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.idle: list[Connection] = []
        self.resent = 0
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: dict[int, Request] = {}

    def send(self, request: Request) -> None:
        """Never blocks; `request.done` is called exactly once."""
        self._waiting[id(request)] = request
        if self.idle:
            self._on(self.idle.pop(), request)
        else:
            self._open(request)

    def again(self, request: Request) -> None:
        self.resent += 1
        self._open(request)

    def expire(self, older_than: float) -> None:
        """Gives up requests that have waited for longer than so many seconds."""
        limit = time.monotonic() - older_than
        for key, request in list(self._waiting.items()):
            if request.over:
                del self._waiting[key]
            elif request.started < limit:
                del self._waiting[key]
                request.finish(TIMED_OUT, b"")
                if request.connection is not None and request.connection.request is request:
                    request.connection.give_up()

    def close(self) -> None:
        for connection in [*self.idle, *(r.connection for r in self._waiting.values() if r.connection)]:
            connection.give_up()
        for task in self._opening:
            task.cancel()

    def _on(self, connection: Connection, request: Request) -> None:
        request.connection = connection
        connection.send(request)

    def _open(self, request: Request) -> None:
        task = asyncio.create_task(self._connect(request))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _connect(self, request: Request) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(lambda: Connection(self), self.host, self.port)
        except OSError:
            request.finish(BROKE, b"")
            return
        if request.over:
            connection.give_up()
        else:
            self._on(connection, request)
