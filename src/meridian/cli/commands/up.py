"""`meridian up`: the whole world on this machine, under one supervisor."""

from pathlib import Path

import click

from meridian import console as output
from meridian.cli.client import home_folder


@click.command(short_help="Run everything on this machine: control, edges, a sample app.")
@click.option("--detach", is_flag=True, help="Go on in the background; `meridian down` stops it.")
@output.home_option
@click.option(
    "--port-base", type=int, default=8080, show_default=True, help="Control's port; the edges' follow it."
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Configuration to begin with; later ones are applied. Left out: the Avalo profile.",
)
@click.option("--checked", is_flag=True, hidden=True, help="The configuration was checked already.")
def up(detach: bool, home: str | None, port_base: int, config: Path | None, checked: bool) -> None:
    """Start PostgreSQL, control, one edge for each region, and the sample app in each location.

    The configuration is checked first, as `meridian validate` does; nothing is started with one that is not valid.
    Without --detach it stays in the foreground, and Ctrl-C stops every process it started.
    """
    if not checked:
        config = _valid(config)
    if detach:
        from meridian.world.detach import detached as run
    else:
        from meridian.world.start import foreground as run
    run(home_folder(home), config, port_base, output.note, output.say)


def _valid(given: Path | None) -> Path:
    """The configuration's file. Raises InvalidConfig with all its problems, before anything is started."""
    from meridian.config.validation import validate
    from meridian.features import features
    from meridian.world.topology import find_profile

    path = given or find_profile()
    validate(path, features())
    return path
