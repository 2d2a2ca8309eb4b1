"""How commands print: results on stdout (text, a table, or JSON with `--json`), progress and notes on stderr.

Colour only on a terminal, and never with NO_COLOR set. rich is imported only when something is drawn with it.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

F = TypeVar("F", bound=Callable[..., Any])
UNBOUNDED = 100_000
"""Columns of a console that is not a terminal: a script that reads the output gets whole lines."""


def json_option(command: F) -> F:
    """Adds `--json`, given to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(command)


def home_option(command: F) -> F:
    """Adds `--home`, the state folder of the Meridian to talk to."""
    help = "State folder (MERIDIAN_HOME, or .meridian)."
    return click.option("--home", type=click.Path(file_okay=False), help=help)(command)


def reason_option(command: F) -> F:
    """Adds `--reason`, which whoever changes something has to give."""
    return click.option("--reason", required=True, help="Why; it stands in the journal.")(command)


def styled(text: str, **how: Any) -> str:
    """Colour for a terminal; click takes it out where the output is none."""
    return text if "NO_COLOR" in os.environ else click.style(text, **how)


def emit(value: Any) -> None:
    """A result as JSON on stdout; keys stay in the order given."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def say(text: str = "") -> None:
    """A line of the result on stdout, as it is."""
    click.echo(text)


def counted(number: int, thing: str) -> str:
    """A number and its thing, in the plural where it needs one: "1 region", "249 countries"."""
    plural = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
    return f"{number} {thing if number == 1 else plural}"


def note(text: str) -> None:
    """A line for the person on stderr; not part of the result."""
    click.echo(text, err=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
    """A table on stdout. Cells are shown as they are; no markup is read from them."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table(
        *columns, title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold"
    )
    for row in rows:
        drawn.add_row(*(Text(str(cell)) for cell in row))
    console().print(drawn)


def console(*, err: bool = False) -> "Console":
    """A rich console on stdout or stderr, for what `table` and `say` cannot draw."""
    from rich.console import Console

    stream = sys.stderr if err else sys.stdout
    terminal = stream.isatty()
    width = None if terminal else UNBOUNDED
    return Console(
        file=stream, no_color=not colour(stream), highlight=False, width=width, soft_wrap=not terminal
    )


def colour(stream: IO[str]) -> bool:
    return stream.isatty() and "NO_COLOR" not in os.environ


@contextmanager
def progress(doing: str) -> Iterator[Callable[[str], None]]:
    """Shows what is being done on stderr: a spinner on a terminal, a line for each step elsewhere.

    Yields a function that replaces the text.
    """
    if not sys.stderr.isatty():
        note(doing)
        yield note
        return
    with console(err=True).status(doing) as status:
        yield status.update
