"""`meridian rollback N`: makes an earlier configuration the active one again."""

import sys

import click

from meridian import console as output
from meridian.cli.client import Client
from meridian.cli.commands.apply import show


@click.command(short_help="Go back to an earlier configuration.")
@click.argument("version", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why; it stands in the journal.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output.home_option
@output.json_option
def rollback(version: int, reason: str, yes: bool, home: str | None, as_json: bool) -> None:
    """Apply the text of version VERSION again, as a new version.

    On a terminal, what it changes is shown first, and asked about."""
    client = Client(home)
    if not yes and not as_json and sys.stdin.isatty():
        _ask(client, version)
    done = client.post("/infrastructure/config/rollback", {"version": version, "reason": reason})
    if as_json:
        output.emit(done)
    else:
        output.say(f"version {done['version']} is active, with the text of version {version}")


def _ask(client: Client, version: int) -> None:
    stored = client.get(f"/infrastructure/config/{version}")
    plan = client.post("/infrastructure/config/plan", {"text": stored["text"]})
    if plan["changes"]:
        show(plan["changes"])
    click.confirm(f"Go back to version {version}?", abort=True)
