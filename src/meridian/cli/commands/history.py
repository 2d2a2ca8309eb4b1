"""`meridian history`: the configurations that were applied, and by whom and why."""

import click

from meridian import console as output
from meridian.cli.client import Client


@click.command(short_help="List the configurations that were applied.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="How many.")
@output.home_option
@output.json_option
def history(limit: int, home: str | None, as_json: bool) -> None:
    """List the configurations that were applied, the newest first."""
    versions = Client(home).get("/infrastructure/config/history", {"limit": limit})["versions"]
    if as_json:
        output.emit(versions)
        return
    rows = [
        [
            f"{v['version']}{' *' if v['active'] else ''}",
            v["at"][:19],
            v["actor"],
            v["digest"][:12],
            v["reason"],
        ]
        for v in versions
    ]
    output.table(["VERSION", "AT", "BY", "DIGEST", "WHY"], rows)
