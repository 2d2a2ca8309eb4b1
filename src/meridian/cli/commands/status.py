"""`meridian status`: every process and edge of the local world, and in one sentence what is wrong."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from meridian import console as output
from meridian.cli.client import home_folder

if TYPE_CHECKING:
    from meridian.world.condition import Condition


@click.command(short_help="Show what runs, and what is wrong.")
@output.home_option
@output.json_option
def status(home: str | None, as_json: bool) -> int:
    """Show each process and edge, the faults and drains in force, and in one sentence what is wrong.

    Exit status: 0 all well, 3 degraded (also by a fault or a drain on purpose), 4 not running. With control down, what is
    on disk is shown.
    """
    from meridian.world import condition

    found = condition.look(home_folder(home))
    if as_json:
        output.emit(found.to_json())
        return found.code
    if found.world:
        _processes(found)
        _edges(found)
        _faults(found)
    output.say(f"{found.sentence}.")  # as it is: it may begin with a name
    return found.code


def _processes(found: "Condition") -> None:
    rows = [
        [process["name"], process["state"], process["pid"] or "-", _ago(process["for"]), process["restarts"]]
        for process in found.world["processes"]
    ]
    output.table(["PROCESS", "STATE", "PID", "FOR", "RESTARTS"], rows)
    output.say()


def _edges(found: "Condition") -> None:
    rows = [
        [
            edge.region,
            found.world["urls"].get(edge.region, "-"),
            edge.digest or "-",
            edge.envoy,
            edge.sentence or "-",
        ]
        for edge in found.edges
    ]
    output.table(["EDGE", "ADDRESS", "SNAPSHOT", "ENVOY", "WHAT IS WRONG"], rows)
    output.say()


def _faults(found: "Condition") -> None:
    faults = found.world["faults"]
    if not faults:
        return
    rows = [
        [fault["target"], fault["verb"], _ago(time.time() - fault["since"]), fault["detail"]]
        for fault in faults
    ]
    output.table(["FAULT", "KIND", "FOR", "WHAT"], rows)
    output.say()


def _ago(seconds: float) -> str:
    return str(timedelta(seconds=int(seconds)))
