"""`meridian limits`, to which the other files add."""

import click


@click.group(short_help="How often things may be done.")
def limits() -> None:
    """How often things may be done: the limits, what somebody's are right now, and changing them for one."""
