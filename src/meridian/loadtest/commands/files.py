"""`meridian load check`, `merge` and `manifest`: what needs files only."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from meridian.console import emit, json_option, say
from meridian.core.errors import InvalidInput
from meridian.core.ids import new_id
from meridian.loadtest.commands.verdict import print_verdict

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(short_help="Is a scenario file right?")
@click.argument("scenario")
@json_option
def check(scenario: str, as_json: bool) -> int:
    """Read SCENARIO, a name or a file, and say everything that is wrong with it, each with its line. Nothing is sent. A
    Python file is run."""
    from meridian.config.loading import InvalidConfig
    from meridian.loadtest.scenario.loading import load

    try:
        found = load(scenario)
    except InvalidConfig as wrong:
        if not as_json:
            raise
        emit({"valid": False, "problems": [problem.document() for problem in wrong.problems]})
        return 1
    if as_json:
        emit({"valid": True, **found.to_json()})
        return 0
    rate = f", up to {found.top:g} flows a second" if found.top else ""
    say(f"{found.source} is a scenario: {found.title} ({found.kind}), {found.seconds:.0f} s{rate}")
    return 0


@click.command(short_help="Put the parts of a sharded run together.")
@click.argument(
    "parts", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--out", type=FOLDER, required=True, help="Folder for the report.")
@json_option
def merge(parts: tuple[Path, ...], out: Path, as_json: bool) -> int:
    """Merge PARTS, the files part.json.gz of all shards of one run, into one record and report, exactly as if one machine
    had sent it all. Exit status as of `meridian load run`.

    Control does the same by itself when all shards have told it their part."""
    from meridian.loadtest import concluding
    from meridian.loadtest.results.partfile import from_bytes
    from meridian.loadtest.verdicts import exit_status
    from meridian.loadtest.writing import Files

    whole = concluding.merged([_read(file) for file in parts])
    files = Files(out)
    files.write_part(whole)
    summary = concluding.conclude(from_bytes(whole))
    files.write_results(summary)
    if as_json:
        emit(summary)
    else:
        print_verdict(summary)
        say(f"report: {files.report}")
    return exit_status(summary["state"])


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} can't be read: {error.strerror}") from None


@click.command(short_help="A Kubernetes Job that sends from several machines.")
@click.argument("scenario")
@click.option("--shards", type=click.IntRange(1, 1000), required=True, help="How many machines send.")
@click.option("--image", required=True, help="A container image with Meridian in it.")
@click.option("--target", required=True, help="A target of the configuration that the image has.")
@click.option("--control", required=True, metavar="URL", help="Control, as the cluster reaches it.")
@click.option(
    "--secret",
    default="meridian-load-test",
    show_default=True,
    help="Secret whose key `token` is an admin's token.",
)
@click.option("--namespace", default="default", show_default=True, help="Where it runs.")
@click.option(
    "--start-in",
    type=click.IntRange(10, 3600),
    default=120,
    show_default=True,
    help="Seconds until all begin.",
)
@click.option(
    "--start-at", "moment", metavar="TIME", help="When all begin, as 2026-11-22T18:00:00Z, instead."
)
@click.option(
    "--scale",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    help="Of the scenario's rate.",
)
@click.option("--duration", type=click.FloatRange(1), help="Seconds. Left out: as the scenario has it.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="The highest rate, instead of a scale.")
@click.option("--seed", type=click.IntRange(0), help="Left out: a new one.")
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="On each machine; each wants a core.",
)
@click.option("--id", "given", help="Of the run. Left out: a new one.")
@click.option("--confirm", default="", help="The target's name, where it is production.")
@json_option
def manifest(
    scenario: str,
    shards: int,
    image: str,
    target: str,
    control: str,
    secret: str,
    namespace: str,
    start_in: int,
    moment: str | None,
    given: str | None,
    as_json: bool,
    **run: Any,
) -> None:
    """Print an indexed Job for Kubernetes that runs SCENARIO from several machines at once, as YAML.

    Each pod is one shard; together they send exactly what one machine would have sent. Apply it with `kubectl apply -f -`;
    the report is at control when all pods are done."""
    from meridian.loadtest.kubernetes import Pods, job, yaml
    from meridian.loadtest.moments import start_of

    now = datetime.now(UTC)
    begins = start_of(moment, now) if moment else now + timedelta(seconds=start_in)
    seed = run["seed"] if run["seed"] is not None else secrets.randbelow(2**48)
    pods = Pods(
        id=given or new_id(now),
        scenario=scenario,
        shards=shards,
        image=image,
        target=target,
        control=control,
        secret=secret,
        namespace=namespace,
        begins=begins,
        **{**run, "seed": seed},
    )
    if as_json:
        emit(job(pods))
    else:
        say(yaml(job(pods)).rstrip())


COMMANDS: tuple[click.Command, ...] = (check, merge, manifest)
