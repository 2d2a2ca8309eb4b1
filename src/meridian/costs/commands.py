"""`meridian costs`: what the traffic costs."""

from collections.abc import Mapping
from typing import Any, Protocol

import click

from meridian.console import emit, home_option, json_option, say, table


class Client(Protocol):
    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any: ...


class Session(Protocol):
    """What the program hands to commands as `ctx.obj`."""

    def client(self, home: str | None = None) -> Client: ...


@click.command(short_help="What the traffic costs, by region and user.")
@click.option(
    "--range",
    "span",
    type=click.Choice(["1h", "24h", "7d", "30d"]),
    default="24h",
    show_default=True,
    help="How far back, up to now.",
)
@home_option
@json_option
@click.pass_obj
def costs(session: Session, span: str, home: str | None, as_json: bool) -> None:
    """Show what the traffic cost in each region and for each active user, at the prices of the configuration.

    What is measured and what is assumed stands below."""
    found = session.client(home).get("/infrastructure/costs", {"range": span})
    if as_json:
        emit(found)
        return
    parts = [name for name, amount in found["parts"].items() if amount]
    rows = [[each["region"], *_row(each, parts)] for each in found["regions"]]
    rows.append(["all", *_row(found, parts)])
    table(["REGION", *(name.upper() for name in parts), "TOTAL", "USERS", "PER USER"], rows)
    say(found["sentence"])
    if found["per_month"] is not None:
        say(f"A month like this: {found['currency']} {found['per_month']:,.2f}.")


def _row(one: Mapping[str, Any], parts: list[str]) -> list[str]:
    per_user = "-" if one["per_user"] is None else f"{one['per_user']:.4f}"
    amounts = [f"{one['parts'][name]:,.2f}" for name in parts]
    return [*amounts, f"{one['total']:,.2f}", str(one["users"]), per_user]
