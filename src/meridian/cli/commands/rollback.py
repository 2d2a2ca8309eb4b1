"""`meridian rollback N`: makes an earlier configuration the active one again."""

import click

from meridian import console as output
from meridian.cli.client import Client


@click.command(short_help="Go back to an earlier configuration.")
@click.argument("version", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why; it stands in the journal.")
@output.home_option
@output.json_option
def rollback(version: int, reason: str, home: str | None, as_json: bool) -> None:
    """Apply the text of version VERSION again, as a new version."""
    done = Client(home).post("/infrastructure/config/rollback", {"version": version, "reason": reason})
    if as_json:
        output.emit(done)
    else:
        output.say(f"version {done['version']} is active, with the text of version {version}")
