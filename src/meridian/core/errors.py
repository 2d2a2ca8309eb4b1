"""Errors that tell a person what is wrong, where, and what to do about it."""

from dataclasses import dataclass


class MeridianError(Exception):
    """An expected failure. `str()` is the sentence shown to a person; never a traceback.

    what: what is wrong, as a sentence without a final full stop.
    todo: what the reader can do about it, or empty.
    status: the HTTP status when it crosses the API. code: the process exit status when it crosses the CLI.
    kind: a stable slug, the last part of the problem `type` (RFC 9457).
    """

    status = 500
    code = 1
    kind = "internal"

    def __init__(self, what: str, todo: str = "") -> None:
        super().__init__(f"{what}; {todo}" if todo else what)
        self.what = what
        self.todo = todo


class InvalidInput(MeridianError):
    status = 422
    kind = "invalid-input"


class NotFound(MeridianError):
    status = 404
    kind = "not-found"


class Conflict(MeridianError):
    """The request is well-formed but the present state refuses it."""

    status = 409
    kind = "conflict"


class Unauthenticated(MeridianError):
    status = 401
    kind = "unauthenticated"


class Forbidden(MeridianError):
    status = 403
    kind = "forbidden"


class Unavailable(MeridianError):
    """A part that is needed (PostgreSQL, control) does not answer now."""

    status = 503
    kind = "unavailable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem in something a person wrote.

    path: the keys that lead to it, from the root, e.g. ("regions", "EU", "locations", 0).
    """

    path: tuple[str | int, ...]
    what: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.what}; {self.todo}" if self.todo else self.what
