"""What the commands of load tests share."""

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

PATH = "/infrastructure/load-tests"


class Answer(Protocol):
    @property
    def body(self) -> Any: ...


class Client(Protocol):
    """Talks to control; raises MeridianError with what it says."""

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any: ...
    def post(self, path: str, body: Any = None) -> Any: ...
    def call(self, method: str, path: str, body: Any = None) -> Answer: ...
    def download(self, path: str) -> bytes: ...


class Session(Protocol):
    """What the program hands to commands as `ctx.obj`."""

    def client(self, home: str | None = None) -> Client: ...


def part(text: str) -> str:
    """As part of a path or a query."""
    return quote(text, safe="")


def ms(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f} ms" if value >= 10 else f"{value:.1f} ms"


def share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}"


def rate(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}/s"
