"""A request's first line, and texts with variables in them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meridian.core.suggest import did_you_mean

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
"""RFC 9110, section 9.2.2."""
VARIABLES = ("user", "number", "uuid", "country", "tier", "home", "random")
RESERVED = frozenset(
    {
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "authorization",
        "te",
        "upgrade",
        "idempotency-key",
    }
)
"""Headers that the engine, users' tokens and `keyed` are in charge of."""
_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_PATH = re.compile(r"/[!-~]*")


@dataclass(frozen=True, slots=True)
class Line:
    """path: with its query, and variables in it."""

    method: str
    path: str


def request_line(text: str) -> Line:
    """Raises ValueError with a sentence, and after a semicolon what to do."""
    words = text.split()
    if len(words) != 2:
        raise ValueError(f"`{text}` is not a request; write a method and a path, such as `POST /v1/swipe`")
    method, path = words
    if method not in METHODS:
        raise ValueError(f"{method} is not a method; {did_you_mean(method, METHODS)}")
    if not _PATH.fullmatch(path) or "#" in path:
        raise ValueError(f"{path} is not a path; write it from the first slash on, such as /v1/swipe")
    if path.startswith("//"):
        raise ValueError(
            f"{path} names a host, and the target is where a run is sent; write one slash and the path"
        )
    if wrong := unknown(path):
        raise ValueError(f"there is no variable {{{wrong}}}; {did_you_mean(wrong, VARIABLES)}")
    return Line(method, path)


def unknown(text: str) -> str:
    """The first variable in it that there is not, or empty."""
    return next((name for name in _VARIABLE.findall(text) if name not in VARIABLES), "")


@dataclass(frozen=True, slots=True)
class Template:
    """A text with variables. form: with %s where each of `names` stands."""

    form: str
    names: Sequence[str]

    def fill(self, values: Mapping[str, str]) -> str:
        """With the variables' values in their places."""
        return self.form % tuple([values[name] for name in self.names]) if self.names else self.form


def template(text: str) -> Template:
    names = tuple(_VARIABLE.findall(text))
    return Template(_VARIABLE.sub("%s", text.replace("%", "%%")) if names else text, names)
