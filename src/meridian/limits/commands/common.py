"""What the commands of limits share: the session, options, plain ways to print, and finding an edge to ask."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import click

from meridian.config.schema.base import duration
from meridian.config.schema.root import Config
from meridian.console import emit
from meridian.core.errors import InvalidInput, NotFound, Unavailable
from meridian.core.risk import Risk
from meridian.core.suggest import did_you_mean

F = TypeVar("F", bound=Callable[..., Any])
RISKS = [str(risk) for risk in Risk]


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


class Count(click.IntRange):
    """A whole number within bounds; says in a sentence what is wrong with another."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(value)
        except ValueError:
            self.fail(
                f"{str(value)[:60]!r} is not a whole number; write for example {self.min or 1}", param, ctx
            )
        if self.min is not None and number < self.min:
            self.fail(f"{number} is too small; write at least {self.min:g}", param, ctx)
        if self.max is not None and number > self.max:
            self.fail(f"{number} is too large; write at most {self.max:g}", param, ctx)
        return number


def named(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Refuses an option that was given without anything in it: leaving it out is another question."""
    given = context.get_parameter_source(parameter.name or "") is click.core.ParameterSource.COMMANDLINE
    if given and not value.strip():
        raise click.BadParameter(
            "nothing is written in it; give a name, or leave the option out", context, parameter
        )
    return value


def who_options(command: F) -> F:
    """Adds whom it is about: --user, --client, --tier, --risk, --country, --region."""
    options = (
        click.option(
            "--user", default="", callback=named, help="The user. Left out: someone who has not signed in."
        ),
        click.option("--client", "address", default="", callback=named, help="The client's address."),
        click.option("--tier", default="", callback=named, help="The user's tier."),
        click.option(
            "--risk", type=click.Choice(RISKS), default="low", show_default=True, help="Their risk."
        ),
        click.option("--country", default="", callback=named, help="Of the client's address."),
        click.option("--region", default="", callback=named, help="The user's region."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def whom_options(command: F) -> F:
    """Adds --user and --client, of which one is given."""
    client = click.option("--client", "address", default="", callback=named, help="A client's address.")
    return click.option("--user", default="", callback=named, help="A user.")(client(command))


def one_of(**given: str) -> tuple[str, str]:
    """The only one that is given: its name and value. Raises InvalidInput."""
    found = [(name, value) for name, value in given.items() if value]
    if not found:
        raise InvalidInput("nobody is named", f"give {' or '.join(f'--{name}' for name in given)}")
    if len(found) > 1:
        names = " and ".join(f"--{name}" for name, _ in found)
        raise InvalidInput(f"{names} name two different ones", "give one of them")
    return found[0]


def edge_of(client: Client, region: str) -> tuple[str, str]:
    """(region, public address of its edge); of the first region where none is named. Raises NotFound and Unavailable."""
    edges = client.get("/infrastructure/topology")["edges"]
    if region and region not in edges:
        raise NotFound(f"no region is called {region!r}", did_you_mean(region, edges))
    name = region or next(iter(edges), "")
    url = str(edges.get(name, {}).get("url", ""))
    if not url:
        raise Unavailable(
            f"the address of the edge of {name or 'any region'} is not known", "name an edge with --edge URL"
        )
    return name, url


def ask_edge(client: Client, url: str, body: Mapping[str, Any]) -> Any:
    """An edge's answer to a check (`meridian.limits.client.Answer`), with a token of control's. Raises MeridianError."""
    from meridian.limits.client import LimitsClient

    token = str(client.post("/infrastructure/limits/token")["token"])
    with LimitsClient(url, token, timeout=5.0) as edge:
        return edge.check(body)


def rate(quota: int, window: float, burst: int | None = None) -> str:
    """ "100 per 1m", or "20 per 2s, 160 at once"."""
    at_once = f", {burst} at once" if burst not in (None, quota) else ""
    return f"{quota} per {duration(window)}{at_once}"


def done(found: Any, sentence: str, as_json: bool) -> None:
    if as_json:
        emit(found)
    else:
        click.echo(sentence)
