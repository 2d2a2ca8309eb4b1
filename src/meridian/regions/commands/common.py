"""What the commands of routing share: options, and plain ways to print."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import click

from meridian.config.schema.root import Config

F = TypeVar("F", bound=Callable[..., Any])


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


def home_option(command: F) -> F:
    help = "State folder (MERIDIAN_HOME, or .meridian)."
    return click.option("--home", type=click.Path(file_okay=False), help=help)(command)


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(command)


def reason_option(command: F) -> F:
    return click.option("--reason", required=True, help="Why; it stands in the journal.")(command)


def emit(value: Any) -> None:
    """The result as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def styled(text: str, **how: Any) -> str:
    """Colour for a terminal; click takes it out where the output is none."""
    return text if "NO_COLOR" in os.environ else click.style(text, **how)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns under a heading, as wide as their widest cell; the last is not padded."""
    widths = [max(len(row[n]) for row in [columns, *rows]) for n in range(len(columns))]
    for number, row in enumerate([columns, *rows]):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        click.echo(styled(line, bold=True) if number == 0 else line)


def part(name: str) -> str:
    """A name as part of a path."""
    return quote(name, safe="")
