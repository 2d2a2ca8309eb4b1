"""`meridian undo ID`: takes back what a decision did, as a decision of its own."""

from urllib.parse import quote

import click

from meridian import console as output
from meridian.cli.client import Client

DECISIONS = "/infrastructure/decisions"


@click.command(short_help="Take back what a decision did.")
@click.argument("id")
@output.reason_option
@output.home_option
@output.json_option
def undo(id: str, reason: str, home: str | None, as_json: bool) -> None:
    """Take back what the decision ID did. `meridian journal` lists decisions with their IDs.

    The undo is in the journal too, and can be undone. A decision is undone once."""
    done = Client(home).post(f"{DECISIONS}/{quote(id, safe='')}/undo", {"reason": reason})
    if as_json:
        output.emit(done)
    else:
        output.say(done["sentence"])
