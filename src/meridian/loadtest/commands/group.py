"""`meridian load`: load tests. The other files add to it."""

import click


@click.group(short_help="Load tests that tell the truth, and their reports.")
def load() -> None:
    """Send scenarios of users at the local world or at a configured target, on a fixed schedule, and report what they saw beside
    what the system decided meanwhile.

    `meridian load run swipe --scale 0.3 --duration 60` is a good beginning."""
