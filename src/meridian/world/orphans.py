"""Processes that an earlier supervisor of a home left behind, found by checked identity and stopped.

A supervisor that is killed takes its children along (the kernel tells them). One can still be left: an Envoy
whose agent was killed too, as an agent lets Envoy go on serving.
"""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from meridian.envoy.agent import register
from meridian.world.process import ProcessId, descendants, identify, stop_all

STATE = "state.json"


def recorded(home: Path) -> list[ProcessId]:
    """The processes of the last supervisor's record that still run, itself left out."""
    try:
        raw = json.loads((home / STATE).read_text())
        known = [ProcessId(int(p["pid"]), str(p["started"])) for p in raw["processes"] if p.get("pid")]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [process for process in known if process.alive()]


def envoys(home: Path) -> Iterator[tuple[ProcessId, Path]]:
    """The Envoys of a home's edges that run, and their companions, each with its edge's folder."""
    for folder in sorted((home / "edges").glob("*/")):
        known = register.read(folder / register.PID_FILE)
        left = register.left_over(folder.resolve(), known)
        for envoy in [*known, *left, *register.companions(folder)]:
            if process := identify(envoy.pid):
                yield process, folder


def find(home: Path) -> list[ProcessId]:
    """Everything of this home that runs without a supervisor, children included."""
    found = [*recorded(home), *(process for process, _ in envoys(home))]
    found += [child for process in found for child in descendants(process)]
    return [process for process in dict.fromkeys(found) if process.pid != os.getpid()]


def stop(home: Path, grace: float = 8.0) -> int:
    """Stops what was left behind; returns how many processes that were.

    The recorded ones first, as an agent stops its own Envoy; then what is left.
    """
    everything = find(home)
    stop_all(recorded(home), signal.SIGTERM, grace)
    stop_all([process for process in everything if process.alive()], signal.SIGTERM, 2.0)
    return len(everything)
