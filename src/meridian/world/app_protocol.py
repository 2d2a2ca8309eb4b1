"""HTTP/1.1 for the sample app: a uvloop `Protocol` over httptools, because the world shares two cores with
its load.

Measured on one core against an aiohttp handler with the same answers: see docs/world.md.
"""

import asyncio
from dataclasses import dataclass, field
from functools import lru_cache
from json import dumps
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, cast

import httptools

from meridian.world.endpoints import Endpoint, at
from meridian.world.served import Served
from meridian.world.trouble import ErrorShare, Trouble

TOLD = ("user", "tier", "country", "region", "client", "risk", "market")
"""The x-meridian-* headers that each answer repeats by name. `region` is the user's home and is answered as
`home`."""

_PREFIX = b"x-meridian-"
_LOGIN_BODY = 4096
WRONG_PASSWORD = b'"password":"wrong"'
"""A login with this in its body fails, so that guessing can be tried out."""
_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    500: "Internal Server Error",
}


@dataclass(slots=True)
class App:
    """One location of the sample app: what it is, what it has served, and what is wrong with it. told: what became of the events
    that it told control."""

    location: str
    region: str
    version: str = "1"
    trouble: Trouble = field(default_factory=Trouble)
    errors: ErrorShare = field(default_factory=ErrorShare)
    served: Served = field(init=False)
    silenced: set["AppProtocol"] = field(default_factory=set)
    heads: dict[str, str] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.served = Served(self.region)

    def afflict(self, trouble: Trouble) -> None:
        """Takes effect on the next answer. Connections whose requests were swallowed are closed when the
        hang ends."""
        ends = self.trouble.hang and not trouble.hang
        self.trouble = trouble
        if ends:
            for connection in list(self.silenced):
                connection.abort()

    def answer(self, method: str, path: str, told: dict[str, str], key: str, request_id: str) -> bytes:
        if path.startswith("/v1/"):
            return self._app(method, path, told, key, request_id)
        if path == "/healthz" or path.startswith("/healthz/"):
            return answer(200, {"status": "ok", "location": self.location, "version": self.version})
        if path == "/__served":
            about = {"location": self.location, "region": self.region, "version": self.version}
            return answer(200, {**about, **self.served.summary(), "events": self.told})
        return _problem(404, f"there is nothing at {path}")

    def _app(self, method: str, path: str, told: dict[str, str], key: str, request_id: str) -> bytes:
        here = _at(path)
        endpoint = next((e for e in here if e.method == method), None)
        if endpoint is None and here:
            allowed = ", ".join(e.method for e in here)
            return _problem(405, f"{here[0].path} takes {allowed}", f"allow: {allowed}\r\n")
        if endpoint is None:
            return _problem(404, f"there is nothing at {path}")
        if self.trouble.errors and self.errors.next_fails(self.trouble.errors):
            return _problem(500, f"{self.location} was told to fail this request")
        row = (endpoint.service, told.get("region", ""), told.get("country", ""), method)
        self.served.count(row, key)
        return self._served_body(endpoint, told, request_id)

    def _served_body(self, endpoint: Endpoint, told: dict[str, str], request_id: str) -> bytes:
        head = self.heads.get(endpoint.service)
        if head is None:
            about = {"service": endpoint.service, "region": self.region, "location": self.location}
            about |= {"served_by": self.location, "version": self.version}
            head = self.heads[endpoint.service] = dumps(about)[:-1]
        parts = [head]
        for name in TOLD:
            value = told.pop(name, None)
            parts.append(f', "{"home" if name == "region" else name}": {quoted(value) if value else "null"}')
        parts.append(f', "request": {quoted(request_id) if request_id else "null"}')
        parts.append(f', "told": {dumps(told) if told else "{}"}}}\n')
        body = "".join(parts)
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-meridian-version: {self.version}\r\n"
        return f"{head}content-length: {len(body)}\r\n\r\n{body}".encode()


@lru_cache(maxsize=1024)
def _at(path: str) -> tuple[Endpoint, ...]:
    return at(path)


def answer(status: int, body: dict[str, Any], headers: str = "", kind: str = "application/json") -> bytes:
    content = dumps(body).encode() + b"\n"
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: {kind}\r\ncontent-length: {len(content)}\r\n"
    )
    return f"{head}{headers}\r\n".encode() + content


def _problem(status: int, detail: str, headers: str = "") -> bytes:
    body = {"type": "about:blank", "title": _REASONS[status], "status": status, "detail": detail}
    return answer(status, body, headers, "application/problem+json")


class AppProtocol(asyncio.Protocol):
    """One connection. Answers leave in the order of their requests, also while the location is slow."""

    __slots__ = (
        "_app",
        "_body",
        "_due",
        "_key",
        "_loop",
        "_parser",
        "_request_id",
        "_told",
        "_transport",
        "_url",
    )

    def __init__(self, app: App, loop: asyncio.AbstractEventLoop) -> None:
        self._app = app
        self._loop = loop
        self._due = 0.0
        self._parser: Any = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self._parser = httptools.HttpRequestParser(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._app.silenced.discard(self)
        self._transport = None
        self._parser = None

    def abort(self) -> None:
        if self._transport:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._write(_problem(400, "this is not HTTP/1.1", "connection: close\r\n"), last=True)

    def on_message_begin(self) -> None:
        self._url = b""
        self._body = b""
        self._told: dict[str, str] = {}
        self._key = ""
        self._request_id = ""

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name.startswith(_PREFIX):
            self._told[name[11:].decode("latin-1")] = value.decode("latin-1")
        elif name == b"idempotency-key":
            self._key = value.decode("latin-1")
        elif name == b"x-request-id":
            self._request_id = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        if len(self._body) < _LOGIN_BODY and self._url.startswith(b"/v1/auth"):
            self._body += body

    def on_message_complete(self) -> None:
        app = self._app
        if app.trouble.hang:
            app.silenced.add(self)
            return
        method = self._parser.get_method().decode()
        path = self._url.partition(b"?")[0].decode("latin-1")
        if WRONG_PASSWORD in self._body.replace(b" ", b""):
            content = _problem(401, "the account or the password is not right")
        else:
            content = app.answer(method, path, self._told, self._key, self._request_id)
        last = not self._parser.should_keep_alive()
        if not app.trouble.slow and not self._due:
            self._write(content, last)
            return
        now = self._loop.time()
        self._due = max(now + app.trouble.slow / 1000, self._due)
        self._loop.call_at(self._due, self._late, content, last, self._due)

    def _late(self, content: bytes, last: bool, due: float) -> None:
        if due == self._due:
            self._due = 0.0  # nothing waits behind this answer any more
        if not self._app.trouble.hang:
            self._write(content, last)

    def _write(self, content: bytes, last: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(content)
        if last:
            self._transport.close()
