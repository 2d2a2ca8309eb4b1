"""A connection of HTTP/1.1: one exchange at a time, kept for the next when both sides allow it.

httptools parses every answer. Splitting a plain answer by hand was measured and is not faster (docs/adr/0012); what the parser
leaves to its user is here: answers to HEAD, answers that end with the connection, and interim ones (1xx).
"""

import asyncio
from typing import Any, cast

import httptools

from meridian.loadtest.engine.content import content
from meridian.loadtest.engine.exchange import BODY_KEPT, Exchange, Home
from meridian.loadtest.engine.trouble import words
from meridian.loadtest.plan import Answer, Origin

HEAD_LIMIT = 256 * 1024
"""Bytes of an answer before its body, interim answers included."""

NO_LENGTH = (b"\ncontent-length:", b"\ntransfer-encoding:")


class Http1(asyncio.Protocol):
    """room: whether it takes an exchange now."""

    capacity = 1

    def __init__(self, pool: Home, origin: Origin) -> None:
        self.room = True
        self.listed = False
        self._pool = pool
        self._origin = origin
        self._transport: asyncio.Transport | None = None
        self._exchange: Exchange | None = None
        self._used = False
        self._parser: Any = httptools.HttpResponseParser(self)
        self._forget()

    def _forget(self) -> None:
        self._raw = b""
        self._interim = 0
        self._in_body = False
        self._complete = False
        self._head_only = False
        self._keep = False
        self._status = 0
        self._body: list[bytes] = []
        self._size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def send(self, exchange: Exchange) -> None:
        try:
            sent = content(exchange.ask, self._origin)
        except ValueError as error:
            self._pool.unanswered(exchange, str(error), untouched=False)
            return
        assert self._transport is not None
        self.room = False
        self._exchange = exchange
        self._transport.write(sent)

    def give_up(self, exchange: Exchange) -> None:
        if self._exchange is exchange:
            self._exchange = None
            self.close()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._exchange is None:  # nobody asked
            self.close()
            return
        if not self._in_body:
            self._raw = self._raw + data if self._raw else data
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._complete, self._keep = True, False
            self._interim = max(self._interim - 1, 0)  # which is this one: 101 is not followed by another
            self._status = self._parser.get_status_code()
        except httptools.HttpParserError:
            if not self._complete:
                self._broken("not HTTP")
                return
            self._keep = False
        if self._complete:
            self._finish()
        elif not self._in_body and len(self._raw) > HEAD_LIMIT:
            self._broken("an answer's headers do not end")

    def on_headers_complete(self) -> None:
        if self._complete:
            return
        status = self._parser.get_status_code()
        if status < 200:
            return
        self._in_body = True
        self._status = status
        if self._exchange is not None and self._exchange.ask.method == "HEAD":
            self._complete = self._head_only = True
            self._keep = self._parser.should_keep_alive()
            self._parser = httptools.HttpResponseParser(self)

    def on_body(self, body: bytes) -> None:
        if self._complete:
            return
        if self._size < BODY_KEPT:
            self._body.append(body[: BODY_KEPT - self._size])
        self._size += len(body)

    def on_message_complete(self) -> None:
        if self._complete:  # a second answer that nobody asked for; after HEAD just the end of the first
            self._keep = self._keep and self._head_only
        elif not self._in_body:
            self._interim += 1
        else:
            self._complete = True
            self._keep = self._parser.should_keep_alive()

    def eof_received(self) -> None:
        self._pool.withdrawn(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        exchange = self._exchange
        if exchange is not None:
            if exc is None and self._ends_with_connection():
                self._answer()
            elif self._raw:
                self._broken("half an answer")
            else:
                self._exchange = None
                detail = words(exc) if exc is not None else "closed without an answer"
                self._pool.unanswered(exchange, detail, untouched=self._used)
        self._pool.lost(self)

    def _ends_with_connection(self) -> bool:
        head = self._head().lower()
        return self._in_body and not any(name in head for name in NO_LENGTH)

    def _head(self) -> bytes:
        """The header lines of the final answer, each with its line end."""
        start = 0
        for _ in range(self._interim):
            start = self._raw.find(b"\r\n\r\n", start) + 4
        return self._raw[start : self._raw.find(b"\r\n\r\n", start) + 2]

    def _answer(self) -> None:
        """Hands over what has come, and forgets it."""
        exchange, self._exchange = self._exchange, None
        assert exchange is not None
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        answer = Answer(self._status, self._head(), body, size=self._size)
        self._forget()
        self._pool.answered(exchange, answer)

    def _finish(self) -> None:
        keep = self._keep and self._transport is not None and not self._transport.is_closing()
        self._answer()
        if not keep:
            self.close()
            return
        self._used = True
        self.room = True
        self._pool.freed(self)

    def _broken(self, detail: str) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            self._pool.unanswered(exchange, detail, untouched=False)
        self.close()
