"""What is sent over HTTP, what came back, and what that means. Nothing here sends."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

CUT = 200
"""Characters of somebody else's answer that are kept."""


@dataclass(frozen=True, slots=True)
class Request:
    """A POST. Its fields hold secrets, so they are not shown."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """headers: by their names in lower case. body: the beginning of it."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """result: "sent"; "again": it may get through later; "refused": sending the same again would be refused again.
    said: for the log. wait: seconds that the receiver asked for. reached: of several recipients, those who have it now."""

    result: Literal["sent", "again", "refused"]
    said: str
    wait: float | None = None
    reached: tuple[str, ...] = ()


def posted(url: str, content: Any, **headers: str) -> Request:
    """JSON."""
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return Request(url, {"content-type": "application/json", **headers}, body)


def judged(answer: Answer, understood: Callable[[Answer], bool], wait: float | None) -> Outcome:
    """understood: whether a 2xx answer is what the service says when it took the notice: a captive portal or a proxy may answer
    200 to anything. wait: what Retry-After asks for, in seconds."""
    said = f"{answer.status} {_beginning(answer.body)}".strip()
    if 200 <= answer.status < 300:
        if understood(answer):
            return Outcome("sent", said)
        return Outcome("again", f"{said} (not what the service answers when it takes a notice)")
    if answer.status == 429 or answer.status >= 500:
        return Outcome("again", said, wait)
    if 300 <= answer.status < 400:
        return Outcome("refused", f"{said} (a redirect, which is not followed; correct the address)")
    return Outcome("refused", said)


def parsed(answer: Answer) -> Mapping[str, Any]:
    """The body as a JSON object; empty where it is none."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _beginning(body: str) -> str:
    """One line of printable characters."""
    plain = "".join(c if c.isprintable() else " " for c in body[: 4 * CUT])
    line = " ".join(plain.split())
    return line if len(line) <= CUT else line[: CUT - 1] + "…"
