"""`meridian down`: stops what `meridian up` started."""

import click

from meridian import console as output
from meridian.cli.client import home_folder


@click.command(short_help="Stop everything that `meridian up` started.")
@output.home_option
def down(home: str | None) -> None:
    """Stop the world of a home, and what an earlier one left behind. Safe to repeat; state on disk stays."""
    from meridian.world import stop

    output.say(stop.stop(home_folder(home)))
