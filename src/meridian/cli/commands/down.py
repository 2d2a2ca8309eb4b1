"""`meridian down`: stops what `meridian up` started."""

import click

from meridian import console as output
from meridian.cli.client import home_folder


@click.command(short_help="Stop everything that `meridian up` started.")
@output.home_option
@output.json_option
def down(home: str | None, as_json: bool) -> None:
    """Stop the world of a home, and what an earlier one left behind. Safe to repeat; state on disk stays."""
    from meridian.world import stop

    sentence = stop.stop(home_folder(home))
    if as_json:
        output.emit({"sentence": sentence})
    else:
        output.say(sentence)
