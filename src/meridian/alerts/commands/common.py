"""What the commands of alerts share."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import quote

import click

from meridian.config.schema.base import duration
from meridian.console import styled

INCIDENTS = "/infrastructure/incidents"
SILENCES = "/infrastructure/silences"
RULES = "/infrastructure/alerts/rules"
RUNBOOKS = "/infrastructure/runbooks"


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


def blind(trouble: str) -> None:
    """Says why rules are not judged, and ends with 1: a list that is empty because nobody looks is no good news."""
    if trouble:
        click.echo(styled(trouble, fg="red"), err=True)
        click.get_current_context().exit(1)


def part(text: str) -> str:
    """As part of a path or a query."""
    return quote(text, safe="")


def ago(moment: str, until: str | None = None) -> str:
    """How long it has lasted, such as 90s or 3h."""
    end = datetime.fromisoformat(until) if until else datetime.now(UTC)
    seconds = max(0.0, (end - datetime.fromisoformat(moment)).total_seconds())
    for width in (86400, 3600, 60):
        if seconds >= 2 * width:
            return duration(seconds // width * width)
    return duration(round(seconds))
