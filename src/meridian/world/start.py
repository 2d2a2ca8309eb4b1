"""`meridian up` in the foreground, until Ctrl-C."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from meridian.world import orphans
from meridian.world import topology as topologies
from meridian.world.banner import banner
from meridian.world.home import Home
from meridian.world.lock import alone
from meridian.world.supervisor import Supervisor, prepare

Say = Callable[[str], None]


def foreground(root: Path, config: Path | None, base: int, tell: Say, say: Say) -> None:
    """Blocks until SIGINT, SIGTERM or `meridian down`. tell: progress; say: the banner.

    Raises Conflict (already running, ports in use), InvalidInput (configuration), Unavailable (a part did
    not start)."""
    began = time.monotonic()
    file = topologies.read(config or topologies.find_profile())
    home = Home.at(root)
    with alone(home):
        home = Home.at(root)  # again: whoever held the lock until now may have swept its sockets away
        tell(f"starting {file.app} from {file.path} in {home.root}")
        supervisor = Supervisor(prepare(home, file, base), tell)

        def ready() -> None:
            say(banner(supervisor.describe(), file.app, time.monotonic() - began, Path.cwd()))

        try:
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(supervisor.run(ready))
        finally:
            if not orphans.find(home.root):
                home.sweep()
        tell("everything is stopped")
