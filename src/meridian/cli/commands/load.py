"""`meridian load run`: sends a scenario from this machine, shows how it goes, and writes the report. The other commands of
the group are the feature's own (`loadtest.commands`)."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from meridian import console as output
from meridian.loadtest.commands.group import load as described
from meridian.loadtest.moments import start_of
from meridian.loadtest.plan import Shard

INDEX = "JOB_COMPLETION_INDEX"
"""What Kubernetes tells each pod of an indexed Job."""


def _shard(ctx: click.Context, param: click.Parameter, value: str | None) -> Shard | None:
    if value is None:
        return None
    index, _, count = value.partition("/")
    if index.isdigit() and count.isdigit() and 1 <= int(index) <= int(count) <= 1000:
        return Shard(int(index) - 1, int(count))
    raise click.BadParameter(f"{value} is no shard; write for example 2/5", ctx, param)


def _start(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Looked at as soon as the command is read: what is slow comes after it."""
    return None if value is None else start_of(value, datetime.now(UTC)).timestamp()


@click.command(short_help="Run a load test from this machine.")
@click.argument("scenario")
@click.option(
    "--scale",
    type=click.FloatRange(0, 1000, min_open=True),
    default=1.0,
    show_default=True,
    help="Of the scenario's rate.",
)
@click.option("--duration", type=click.FloatRange(1), help="Seconds. Left out: as the scenario has it.")
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    help="The highest rate, in flows a second, instead of a scale.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    help="The same seed sends the same requests. Left out: a new one.",
)
@click.option("--target", default="", help="A target of the configuration. Left out: the local world.")
@click.option(
    "--config",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Configuration that names the target. Left out: the one in force.",
)
@click.option(
    "--confirm", default="", metavar="NAME", help="The target's name again, where it is production."
)
@click.option(
    "--processes", type=click.IntRange(1, 256), help="That send. Left out: one for every two cores."
)
@click.option(
    "--http", type=click.Choice(["1", "2"]), default="1", show_default=True, help="Version of HTTP to speak."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the report. Left out: load-tests/ in the state folder.",
)
@click.option(
    "--shard",
    callback=_shard,
    metavar="N/COUNT",
    help="Only this part of the run, as 2/5. Needs --start-at and --id, the same for all parts; give all the same "
    "--seed too, or none.",
)
@click.option(
    "--shards", type=click.IntRange(1, 1000), hidden=True, help=f"As --shard, with the number in {INDEX}."
)
@click.option(
    "--start-at",
    callback=_start,
    metavar="TIME",
    help="Begin then, as 2026-11-22T18:00:00Z, at most 24 hours ahead; the same for all shards. Leave two minutes for the "
    "preparation of users.",
)
@click.option("--id", "given", metavar="ID", help="Of the run. Left out: a new one.")
@click.option(
    "--compare", "before", metavar="RUN", help="An earlier run to compare with: its id, or its part.json.gz."
)
@click.option("--no-control", is_flag=True, help="Tell control nothing, and ask it nothing.")
@output.home_option
@output.json_option
def run(**given: Any) -> int:
    """Send SCENARIO, a name that `meridian load scenarios` lists or a file, and report what came of it.

    Ctrl-C stops sending and reports what there is; a second one ends at once.

    Exit status: 0 all thresholds held, 1 one did not (or something is wrong with what was asked), 3 the run is invalid as
    this machine was too slow, 4 a rule of the scenario ended it, 130 interrupted."""
    output.note(f"reading {given['scenario']} ...")
    from meridian.cli.load.run import Asked, run_here

    given["http"] = int(given["http"])
    given["shard"] = given["shard"] or _of_pod(given.pop("shards")) or Shard()
    given.pop("shards", None)
    return asyncio.run(run_here(Asked(**given)))


def _of_pod(count: int | None) -> Shard | None:
    """The shard of a pod of an indexed Job."""
    import os

    if count is None:
        return None
    index = os.environ.get(INDEX, "")
    if not index.isdigit() or int(index) >= count:
        raise click.UsageError(
            f"--shards needs this machine's number, 0 to {count - 1}, in {INDEX}; or give --shard"
        )
    return Shard(int(index), count)


load = click.Group("load", commands={"run": run}, help=described.help, short_help=described.short_help)
