"""`meridian load list`, `show`, `compare` and `scenarios`."""

from pathlib import Path
from typing import Any

import click

from meridian.console import emit, home_option, json_option, say, styled, table
from meridian.core.errors import MeridianError
from meridian.loadtest.commands.common import PATH, Session, ms, part, rate, share
from meridian.loadtest.commands.verdict import COLOURS, print_verdict
from meridian.loadtest.verdicts import EXITS

INVALID = EXITS["invalid"]
"""Also of a comparison that says nothing."""


@click.command("list", short_help="Load tests that run, and those that did.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="The newest so many."
)
@home_option
@json_option
@click.pass_obj
def list_runs(session: Session, limit: int, home: str | None, as_json: bool) -> None:
    """List load tests, the newest first. An ID may be shortened to its beginning in other commands."""
    found = session.client(home).get(PATH, {"limit": limit})["runs"]
    if as_json:
        emit(found)
    elif not found:
        say("there was no load test yet; try `meridian load run swipe --scale 0.3 --duration 60`")
    else:
        rows = [
            [
                each["id"],
                each["began"][:19].replace("T", " "),
                each["name"],
                each["target"],
                each["state"],
                rate(each["rate"]),
                ms(each["p95"]),
                share(each["errors"]),
                each["by"],
            ]
            for each in found
        ]
        table(["ID", "BEGAN", "SCENARIO", "TARGET", "STATE", "RATE", "P95", "ERRORS", "BY"], rows)


@click.command(short_help="How a load test ended, or how it goes.")
@click.argument("id")
@click.option("--report", type=click.Path(dir_okay=False, writable=True), help="Write its HTML report there.")
@click.option(
    "--part", "record", type=click.Path(dir_okay=False, writable=True), help="Write its record there."
)
@home_option
@json_option
@click.pass_obj
def show(
    session: Session, id: str, report: str | None, record: str | None, home: str | None, as_json: bool
) -> None:
    """Show the load test ID: its verdict, objectives and numbers, also while it runs."""
    client = session.client(home)
    found = client.get(f"{PATH}/{part(id)}")
    for file, what in ((report, "report"), (record, "part")):
        if file:
            _write(file, client.download(f"{PATH}/{part(found['id'])}/{what}"))
    if as_json:
        emit(found)
        return
    if found["state"] in COLOURS and found.get("thresholds") is not None:
        print_verdict(found)
    else:
        say(f"{found['state'].upper()}  {found['title']}: {found['sentence']}")
        latency = found.get("latency") or {}
        say(f"  p50 {ms(latency.get('p50'))}, p95 {ms(latency.get('p95'))}, p99 {ms(latency.get('p99'))}")
    for file in filter(None, (report, record)):
        say(f"written: {file}")


def _write(file: str, content: bytes) -> None:
    try:
        Path(file).write_bytes(content)
    except OSError as error:
        raise MeridianError(f"{file} could not be written: {error.strerror}", "name another file") from None


@click.command(short_help="Is this run slower than that one?")
@click.argument("id")
@click.argument("before")
@home_option
@json_option
@click.pass_obj
def compare(session: Session, id: str, before: str, home: str | None, as_json: bool) -> int:
    """Compare the load test ID with the run BEFORE it, and say whether it is slower, or whether that is noise.

    Both are ids, or files with a record (part.json.gz).

    Exit status: 0 it is not slower, 1 it is, 3 the two cannot be compared, as they asked for different things or one of
    them does not count."""
    found = _compared(session, id, before, home)
    if as_json:
        emit(found)
    else:
        say(found["sentence"])
        rows = [
            [
                each["name"],
                _value(each["name"], each["before"]),
                _value(each["name"], each["after"]),
                "-" if each["change"] is None else f"{each['change']:+.1%}",
                "-" if each["low"] is None else f"{each['low']:+.1%} to {each['high']:+.1%}",
                each["verdict"],
            ]
            for each in found["metrics"]
        ]
        if rows:
            table(["", "BEFORE", "NOW", "CHANGE", "BETWEEN", ""], rows)
    return {"slower": 1, "unlike": INVALID}.get(found["verdict"], 0)


def _compared(session: Session, id: str, before: str, home: str | None) -> dict[str, Any]:
    from meridian.loadtest.concluding import compared

    if Path(id).is_file() and Path(before).is_file():
        return dict(compared(Path(before).read_bytes(), Path(id).read_bytes()))
    client = session.client(home)
    found: dict[str, Any] = client.get(f"{PATH}/{part(id)}/compare", {"with": before})
    return found


def _value(name: str, value: float | None) -> str:
    return share(value) if name == "errors" else ms(value)


@click.command(short_help="The scenarios there are.")
@home_option
@json_option
def scenarios(home: str | None, as_json: bool) -> None:
    """List the scenarios that come with Meridian; the same ones whichever Meridian `--home` names.

    A file of your own can be given in place of a name."""
    from meridian.loadtest.catalogue import built_in

    found = built_in()
    if as_json:
        emit(found)
        return
    rows = [
        [
            each["name"],
            each["kind"],
            rate(each["rate"]),
            f"{each['duration']:.0f} s",
            each["title"],
        ]
        for each in found
    ]
    table(["NAME", "KIND", "RATE", "FOR", "WHAT"], rows)
    say(styled("run one with `meridian load run NAME`; --scale 0.3 sends a third of it", dim=True))


COMMANDS: tuple[click.Command, ...] = (list_runs, show, compare, scenarios)
