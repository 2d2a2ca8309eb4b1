"""`meridian metrics history PANEL`: a panel's lines as a small chart in the terminal."""

from datetime import UTC, datetime
from typing import Any

import click

from meridian.console import emit, home_option, json_option, styled
from meridian.telemetry.commands.session import METRICS, Session
from meridian.telemetry.metrics.drawing import shown
from meridian.telemetry.metrics.spans import DEFAULT, SPANS
from meridian.telemetry.metrics.sparks import blocks, squeezed

WIDE = 60
"""Columns of a chart."""


@click.command(short_help="A panel's lines over time.")
@click.argument("panel")
@click.option(
    "--range",
    "span",
    type=click.Choice(list(SPANS)),
    default=DEFAULT,
    show_default=True,
    help="How far back.",
)
@click.option("--region", default="", help="Only this one. Left out: all.")
@home_option
@json_option
@click.pass_obj
def history(session: Session, panel: str, span: str, region: str, home: str | None, as_json: bool) -> None:
    """Draw the lines of PANEL over the last hour, or --range. `meridian metrics list` names the panels."""
    query = {"panel": panel, "range": span, **({"region": region} if region else {})}
    found = session.client(home).get(f"{METRICS}/history", query)
    if as_json:
        emit(found)
        return
    click.echo(styled(found["sentence"], bold=True))
    if not found["lines"]:
        return
    _chart(found)


def _chart(found: dict[str, Any]) -> None:
    unit = found["unit"]
    values = [value for line in found["lines"] for value in line["values"] if value is not None]
    low, high = min([0.0, *values]), max(values, default=0.0)
    wide = max(len(line["name"]) for line in found["lines"])
    for line in found["lines"]:
        last = next((value for value in reversed(line["values"]) if value is not None), None)
        said = "-" if last is None else shown(last, unit)
        click.echo(f"{line['name']:<{wide}}  {blocks(squeezed(line['values'], WIDE), low, high)}  {said}")
    begin, end = found["times"][0], found["times"][-1] + found["step"]
    objective = "" if found["objective"] is None else f", objective {shown(found['objective'], unit)}"
    click.echo(f"{_at(begin)} to {_at(end)} UTC, from {shown(low, unit)} to {shown(high, unit)}{objective}")


def _at(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M}"


COMMANDS: tuple[click.Command, ...] = (history,)
