"""Answers of admission as bytes of HTTP/1.1."""

from collections.abc import Mapping
from http import HTTPStatus

from meridian.envoy.snapshot import Json, canonical
from meridian.limits.answers import Problem

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


def go_on(exact: str) -> bytes:
    """200, with where the request stands in the exact limit that is nearest to exhaustion."""
    return f"HTTP/1.1 200 OK\r\nx-meridian-exact: {exact}\r\ncontent-length: 0\r\n\r\n".encode()


def found(body: Json) -> bytes:
    return _reply(200, "application/json", {}, canonical(body) + b"\n")


def refused(problem: Problem) -> bytes:
    return _reply(
        problem.status, "application/problem+json", problem.headers, canonical(problem.body) + b"\n"
    )


def wrong(status: int, kind: str, title: str, detail: str, *, last: bool = False) -> bytes:
    """A request to admission that is itself wrong. last: the connection ends with it."""
    body = {"type": f"/docs/problems#{kind}", "title": title, "status": status, "detail": detail}
    return refused(Problem(status, body, {"connection": "close"} if last else {}))


def without_body(reply: bytes) -> bytes:
    """The same answer to HEAD."""
    return reply[: reply.index(b"\r\n\r\n") + 4]


def _reply(status: int, kind: str, headers: Mapping[str, str], content: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"content-type: {kind}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"content-length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode() + content
