"""What every request and every answer has in common: size and type of bodies, request ids, security headers.

Plain ASGI, outside of routing, so that no route can forget it.
"""

import asyncio
import re
import secrets
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meridian.api.problem import problem

MAX_BODY = 1024 * 1024
MAX_REPORT = 512 * 1024
MAX_RECORDS = 4 * 1024 * 1024
"""Of a batch of records as it is sent; what it may unpack to is `receiving.UNPACKED`."""
MAX_LIVE = 256 * 1024
MAX_PART = 32 * 1024 * 1024
"""Of the record of a load test as it is sent; what it may unpack to is `loadtest.results.part`'s to say."""
MAX_TARGET = 8192
PATIENCE = 30.0
"""Seconds in which a body must have arrived."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_REPORT = re.compile(r"/edge/v1/[^/]+/report")
_RECORDS = re.compile(r"/edge/v1/[^/]+/records")
_LIVE = re.compile(r"/edge/v1/[^/]+/live")
_PART = re.compile(r"/infrastructure/load-tests/[^/]+/(?:parts/[^/]+|before)")
_SAFE = {"GET", "HEAD", "OPTIONS"}

SECURITY: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""Laid over an answer that does not say otherwise itself."""


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        identifier = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)
        scope.setdefault("state", {})["request_id"] = identifier

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _secured(message, identifier)
            await send(message)

        limit = _limit(scope["path"])
        refusal = _refusal(scope, headers, limit)
        if refusal is not None:
            await refusal(scope, receive, sending)
            return
        try:
            async with asyncio.timeout(PATIENCE):
                body = await _read(receive, limit)
        except TimeoutError:
            await problem(408, "too-slow", f"the body took longer than {PATIENCE:.0f} s")(
                scope, receive, sending
            )
            return
        if body is None:
            await _too_large(limit)(scope, receive, sending)
            return
        await self.app(scope, _replayed(body, receive), sending)


def _secured(message: Message, identifier: str) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in SECURITY.items():
        headers.setdefault(name, value)
    headers["x-request-id"] = identifier


def _refusal(scope: Scope, headers: Headers, limit: int) -> Response | None:
    """The answer to a request that no route needs to see, or None."""
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_TARGET:
        return problem(414, "target-too-long", f"the address is longer than {MAX_TARGET} bytes")
    length = headers.get("content-length", "")
    if length.isdigit() and int(length[:20]) > limit:
        return _too_large(limit)
    has_body = length not in ("", "0") or "transfer-encoding" in headers
    if not has_body or scope["method"] in _SAFE:
        return None
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        return problem(
            415, "unsupported-type", "only JSON is taken", todo="send content-type: application/json"
        )
    encoding = headers.get("content-encoding", "identity").lower()
    packed = _RECORDS.fullmatch(scope["path"]) or _PART.fullmatch(scope["path"])
    if encoding != "identity" and not (encoding == "gzip" and packed):
        return problem(415, "unsupported-type", "no content encoding is taken", todo="send the JSON as it is")
    return None


def _limit(path: str) -> int:
    if _RECORDS.fullmatch(path):
        return MAX_RECORDS
    if _PART.fullmatch(path):
        return MAX_PART
    if _LIVE.fullmatch(path):
        return MAX_LIVE
    return MAX_REPORT if _REPORT.fullmatch(path) else MAX_BODY


def _too_large(limit: int) -> Response:
    return problem(413, "too-large", f"the body is larger than {limit} bytes", todo="send less")


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The whole body, or None once it is larger than `limit`, whatever length it declared."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body once more, then whatever the connection says next (that the client went away)."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving
