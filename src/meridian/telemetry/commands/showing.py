"""`meridian metrics list`: which metrics and panels there are."""

import click

from meridian.console import emit, home_option, json_option, table
from meridian.telemetry.commands.session import METRICS, Session


@click.command("list", short_help="The metrics and panels there are.")
@home_option
@json_option
@click.pass_obj
def listed(session: Session, home: str | None, as_json: bool) -> None:
    """Print the names of metrics, for alert rules, and of panels, for `meridian metrics history`."""
    client = session.client(home)
    found, panels = client.get(f"{METRICS}/catalogue"), client.get(f"{METRICS}/panels")
    if as_json:
        emit({"metrics": found, "panels": panels})
        return
    rows = [[each["name"], each["unit"], ", ".join(each["labels"]), each["sentence"]] for each in found]
    table(["METRIC", "UNIT", "LABELS", "WHAT IT IS"], rows)
    click.echo()
    table(
        ["PANEL", "UNIT", "WHAT IT SHOWS"],
        [[each["name"], each["unit"], each["sentence"]] for each in panels],
    )


COMMANDS: tuple[click.Command, ...] = (listed,)
