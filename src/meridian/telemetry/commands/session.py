"""What these commands use of the program, and how they print numbers that may be missing."""

from collections.abc import Mapping
from typing import Any, Protocol

METRICS = "/infrastructure/metrics"


class Client(Protocol):
    """Talks to control; raises MeridianError with what it says."""

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any: ...


class Session(Protocol):
    """What the program hands to commands as `ctx.obj`."""

    def client(self, home: str | None = None) -> Client: ...


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def rate(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}/s"


def share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}"


def milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f} ms"
