"""Every error as problem+json (RFC 9457): what is wrong, what to do, and nothing about our insides.

An unexpected failure gets an identifier that is also in the log, so that whoever reads one finds the other.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from meridian.core.errors import MeridianError
from meridian.core.wording import said

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
DOCUMENTATION = "/docs/problems#"
MAX_ERRORS = 100

_TITLES = {413: "Content Too Large", 414: "URI Too Long", 422: "Unprocessable Content"}
"""As in RFC 9110; older versions of Python have older names."""

Pointed = Mapping[str, Any]


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    todo: str = "",
    errors: Sequence[Pointed] = (),
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """kind: the stable slug that `type` ends in. errors: one entry for each thing wrong, with its `detail`
    and where it is. more: members of this kind's own."""
    body: dict[str, Any] = {
        "type": f"{DOCUMENTATION}{kind}",
        "title": title(status),
        "status": status,
        "detail": detail,
    }
    if todo:
        body["todo"] = todo
    if errors:
        body["errors"] = list(errors[:MAX_ERRORS])
    body |= more or {}
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def title(status: int) -> str:
    return _TITLES.get(status) or HTTPStatus(status).phrase


def of(error: MeridianError) -> Response:
    """An expected failure. Its `findings` become `errors` and its `retry_after` (seconds) a header, where
    it has them."""
    headers = {}
    if error.status == 401:
        headers["www-authenticate"] = 'Bearer realm="meridian"'
    retry_after = getattr(error, "retry_after", 2 if error.status == 503 else None)
    if retry_after is not None:
        headers["retry-after"] = str(int(retry_after))
    return problem(
        error.status,
        error.kind,
        error.what.split("\n")[0],
        todo=error.todo,
        errors=findings(error),
        headers=headers,
    )


def findings(error: MeridianError) -> list[dict[str, Any]]:
    """What a configuration's text (with lines and columns) or a request (with pointers) has wrong."""
    placed = [
        {
            "line": found.line,
            "column": found.column,
            "path": found.path,
            "detail": found.what,
            "todo": found.todo,
        }
        for found in getattr(error, "problems", ())
    ]
    pointed = [
        {"pointer": _pointer(found.path), "detail": found.what, "todo": found.todo}
        for found in getattr(error, "findings", ())
    ]
    return placed + pointed


def _pointer(path: Sequence[str | int]) -> str:
    """A JSON pointer as a fragment (RFC 6901); "#" alone is the whole body."""
    return "#" + "".join(f"/{_escaped(part)}" for part in path)


def _escaped(part: str | int) -> str:
    """One reference token of a JSON pointer (RFC 6901)."""
    return str(part).replace("~", "~0").replace("/", "~1")


def install(app: FastAPI) -> None:
    app.add_exception_handler(MeridianError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(psycopg.DataError, _unstorable)
    for away in (psycopg.OperationalError, psycopg.InterfaceError):
        app.add_exception_handler(away, _database_away)


async def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, MeridianError)
    if error.status >= 500:
        log.warning("%s %s: %s", request.method, request.url.path, error)
    return of(error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    entries = error.errors()
    if any(entry["type"] == "json_invalid" for entry in entries):
        return problem(400, "bad-json", "the body is not JSON", todo="send one JSON value, in UTF-8")
    return problem(
        422,
        "invalid-input",
        f"{len(entries)} {'field is' if len(entries) == 1 else 'fields are'} not acceptable",
        todo="see `errors`",
        errors=[_pointed(entry) for entry in entries[:MAX_ERRORS]],
    )


def _pointed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Where and what; never the value itself, which may be a secret or too large."""
    where, *path = entry["loc"]
    detail = said(entry)
    if where == "body":
        return {"pointer": _pointer(path), "detail": detail}
    return {"parameter": ".".join(str(part) for part in path), "in": where, "detail": detail}


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = {
        404: ("not-found", f"nothing is at {request.url.path[:200]}", "see /openapi.json for what there is"),
        405: (
            "method-not-allowed",
            f"{request.url.path[:200]} does not take {request.method[:20]}",
            "see the Allow header",
        ),
        400: ("bad-request", "the request cannot be read", "send one JSON value, in UTF-8"),
    }
    phrase = title(error.status_code)
    kind, detail, todo = known.get(error.status_code, (phrase.lower().replace(" ", "-"), phrase, ""))
    return problem(error.status_code, kind, detail, todo=todo, headers=error.headers)


async def _unstorable(request: Request, error: Exception) -> Response:
    log.info(
        "%s %s: PostgreSQL cannot hold a value: %s", request.method, request.url.path, type(error).__name__
    )
    return problem(
        422, "invalid-input", "a value cannot be stored", todo="use plain text and numbers of usual size"
    )


async def _database_away(request: Request, error: Exception) -> Response:
    log.warning(
        "%s %s: PostgreSQL does not answer: %s", request.method, request.url.path, type(error).__name__
    )
    return problem(
        503,
        "unavailable",
        "PostgreSQL does not answer, so nothing can be changed or looked up there now",
        todo="try again; /readyz says when it is back",
        headers={"retry-after": "2"},
    )


class Unexpected:
    """ASGI middleware: what nobody foresaw becomes a 500 with an identifier, logged with its traceback
    here alone."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def sending(message: Any) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception:  # the last resort of every request
            identifier = secrets.token_hex(8)
            log.exception("error %s: %s %s failed", identifier, scope["method"], scope["path"])
            if started:
                raise
            answer = problem(
                500,
                "internal",
                f"this failed in a way nobody foresaw; it is error {identifier} in control's log",
                todo="tell whoever runs Meridian the number of the error",
            )
            await answer(scope, receive, send)
