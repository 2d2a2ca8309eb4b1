"""`meridian down`: stops a home's world from another terminal, and what an earlier one left behind."""

import time
from pathlib import Path

from meridian.core.errors import Conflict, InvalidInput, Unavailable
from meridian.world import hotline, orphans
from meridian.world.home import Home
from meridian.world.lock import alone


def stop(root: Path, patience: float = 30.0) -> str:
    """Stops the world of a home from outside, whatever state it is in; one sentence saying what was done.

    Raises Unavailable when the supervisor does not end."""
    if not root.exists():
        return f"nothing is running in {root}"
    home = Home.seen(root)
    stopped = _stop_supervisor(home, patience)
    with alone(home):
        left = orphans.stop(home.root)
        home.sweep()
    if stopped:
        return f"the world in {home.root} is stopped"
    if left:
        return f"stopped {left} processes that an earlier supervisor had left in {home.root}"
    return f"nothing is running in {home.root}"


def _stop_supervisor(home: Home, patience: float) -> bool:
    try:
        hotline.ask(home.supervisor, {"command": "stop"}, timeout=5.0)
    except (Unavailable, InvalidInput):
        if not _held(home):
            return False
    deadline = time.monotonic() + patience
    while _held(home):
        if time.monotonic() > deadline:
            raise Unavailable(f"the supervisor of {home.root} does not stop", f"see {home.log('supervisor')}")
        time.sleep(0.05)
    return True


def _held(home: Home) -> bool:
    try:
        with alone(home):
            return False
    except Conflict:
        return True
