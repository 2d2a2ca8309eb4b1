"""`meridian up --detach`: starts the supervisor in a session of its own and watches until the world is up.

It imports as little as it can, as the supervisor is starting on the same cores.
"""

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from meridian.core.errors import Conflict, InvalidInput, Unavailable
from meridian.world import hotline, logs
from meridian.world import topology as topologies
from meridian.world.banner import banner
from meridian.world.home import Home
from meridian.world.lock import alone
from meridian.world.logs import open_for_append
from meridian.world.program import meridian

Say = Callable[[str], None]
PATIENCE = 120.0
"""Seconds in which the world has to come up; the supervisor gives up earlier and says why."""


def detached(root: Path, config: Path | None, base: int, tell: Say, say: Say) -> None:
    """Starts the supervisor in a session of its own and returns when the world is up. Raises as `foreground`
    does."""
    began = time.monotonic()
    path = (config or topologies.find_profile()).resolve()
    file = topologies.read(path)
    home = Home.at(root)
    with alone(home):
        pass  # says at once when a world is running here; the supervisor takes the lock itself
    log = home.log("supervisor")
    before = log.stat().st_size if log.exists() else 0
    where = ["--home", str(home.root), "--port-base", str(base), "--config", str(path)]
    child = _launch([*meridian(), "up", "--checked", *where], log)
    told = 0
    tell(f"starting {file.app} from {file.path} in {home.root}")
    deadline = began + PATIENCE
    while time.monotonic() < deadline:
        lines = [line for line in _fresh(log, before) if " is ready (" in line]
        for line in lines[told:]:
            tell(line)
        told = len(lines)
        world = _world(home)
        if world and world["phase"] == "running":
            say(banner(world, file.app, time.monotonic() - began, Path.cwd()))
            return
        if child.poll() is not None:
            raise _failure(log, before, child.returncode)
        time.sleep(0.1)
    child.terminate()
    raise Unavailable("the world did not come up in time", f"its log is {log}")


def _launch(argv: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    output = open_for_append(log)
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=Path.cwd(),
        )
    finally:
        os.close(output)


def _world(home: Home) -> dict[str, Any] | None:
    try:
        return hotline.ask(home.supervisor, {"command": "status"}, timeout=2.0)
    except (Unavailable, InvalidInput):
        return None


def _fresh(log: Path, before: int) -> list[str]:
    """What this start has written."""
    try:
        with log.open("rb") as file:
            file.seek(before)
            return file.read().decode(errors="replace").splitlines()
    except OSError:
        return []


def _failure(log: Path, before: int, code: int) -> Conflict | Unavailable:
    errors = [line for line in _fresh(log, before) if line.startswith("error: ")]
    if errors:
        lines = _fresh(log, before)
        told = "\n".join(lines[lines.index(errors[-1]) :]).removeprefix("error: ")
        return Unavailable(told)
    return Unavailable(
        f"the supervisor ended with exit status {code}:\n{logs.tail(log)}", f"its log is {log}"
    )
