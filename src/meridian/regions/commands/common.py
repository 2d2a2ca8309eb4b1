"""What the commands of routing share: options, and plain ways to print."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from meridian.config.schema.root import Config


class Answer(Protocol):
    @property
    def body(self) -> Any: ...


class Client(Protocol):
    """Talks to control; raises MeridianError with what it says."""

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any: ...
    def post(self, path: str, body: Any = None) -> Any: ...
    def call(self, method: str, path: str, body: Any = None) -> Answer: ...


class Session(Protocol):
    """What the program hands to commands as `ctx.obj`."""

    def client(self, home: str | None = None) -> Client: ...
    def config(self, path: Path) -> Config: ...


def part(name: str) -> str:
    """A name as part of a path."""
    return quote(name, safe="")
