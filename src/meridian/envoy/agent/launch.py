"""Starts an Envoy on the edge's files, and waits until it serves."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from meridian.core.errors import Unavailable
from meridian.envoy.agent.admin import SILENT, Admin
from meridian.envoy.agent.folder import EdgeFolder, replace
from meridian.envoy.agent.inotify import TODO, room
from meridian.envoy.agent.process import EnvoyProcess, identity, spawn
from meridian.envoy.agent.settings import AgentSettings
from meridian.envoy.agent.subscription import OWN_INSTANCES
from meridian.envoy.bootstrap import bootstrap
from meridian.envoy.snapshot import canonical, digest

FLUSH = 200
"""Milliseconds after which Envoy writes what it has logged; 10,000 by default. Operators see what happens within 2 s."""
READY = 15.0
"""Seconds that an Envoy has to become ready."""


@dataclass(frozen=True, slots=True)
class EnvoyOptions:
    """binary: Envoy's path. concurrency: worker threads."""

    binary: Path
    region: str
    instance: str
    concurrency: int = 1


@dataclass(frozen=True, slots=True)
class Launch:
    """instances: how many inotify instances Envoy will need."""

    folder: EdgeFolder
    options: EnvoyOptions
    settings: Callable[[], AgentSettings]
    instances: Callable[[], int] = lambda: OWN_INSTANCES

    async def launch(
        self, socket: Path, parent: EnvoyProcess | None, spawned: Callable[[EnvoyProcess], None]
    ) -> tuple[EnvoyProcess, Admin]:
        """A new Envoy that is ready. socket: for its admin. parent: whose listening sockets it takes over.
        spawned: called as soon as there is a process. Raises Unavailable when it does not become ready, and
        then it has ended."""
        if not room(self.instances()):
            raise Unavailable("the kernel gives Envoy too few inotify instances", TODO)
        config = self._written(canonical(self._bootstrap(socket)))
        if parent is None:
            self.folder.base_id.unlink(missing_ok=True)
        pid = spawn(self._command(config, parent), self.folder.home, self.folder.envoy_log)
        epoch, base_id = (parent.epoch + 1, parent.base_id) if parent else (0, -1)
        process = EnvoyProcess(pid, identity(pid), socket, epoch, base_id, self.digest())
        spawned(process)
        admin = Admin(socket)
        if not await ready(process, admin, READY):
            alive = process.alive()
            if alive:
                await process.stop(1.0)
            ending = f"did not become ready within {READY:g} s" if alive else "ended as it started"
            raise Unavailable(f"Envoy (pid {pid}) {ending}", f"read {self.folder.envoy_log}")
        return (self.numbered(process) if parent is None else process), admin

    def numbered(self, process: EnvoyProcess) -> EnvoyProcess:
        """With the base id that Envoy chose for itself and wrote down; -1 where it did not."""
        try:
            return process.with_base_id(int(self.folder.base_id.read_text()))
        except (OSError, ValueError):
            return process.with_base_id(-1)

    def digest(self) -> str:
        """Of what an Envoy would be started with now, its admin socket aside."""
        content = [self._bootstrap(Path("admin")), str(self.options.binary), self.options.concurrency, FLUSH]
        return digest(canonical(content))

    def _bootstrap(self, admin: Path) -> dict[str, object]:
        limit = self.settings().max_connections
        return bootstrap(self.options.region, self.options.instance, admin, limit)

    def _written(self, content: bytes) -> Path:
        """Where the bootstrap is: with the edge's disk full, among the sockets, which mostly are elsewhere. An edge
        whose disk is full must be able to start again. Raises OSError when there is no room there either."""
        with contextlib.suppress(OSError):
            replace(self.folder.bootstrap, content, durable=False)
            return self.folder.bootstrap.relative_to(self.folder.home)
        elsewhere = self.folder.runtime / self.folder.bootstrap.name
        replace(elsewhere, content, durable=False)
        return elsewhere

    def _command(self, config: Path, parent: EnvoyProcess | None) -> list[str]:
        drain = max(1, round(self.settings().drain))
        restart = (
            ["--base-id", str(parent.base_id), "--restart-epoch", str(parent.epoch + 1)]
            if parent
            else ["--use-dynamic-base-id", "--base-id-path", str(self.folder.base_id)]
        )
        return [
            str(self.options.binary),
            *("--config-path", str(config)),
            *("--concurrency", str(self.options.concurrency)),
            *("--log-level", "warning"),
            *("--file-flush-interval-msec", str(FLUSH)),
            *("--drain-time-s", str(drain), "--parent-shutdown-time-s", str(drain + 1)),
            *restart,
        ]


async def ready(process: EnvoyProcess, admin: Admin, within: float) -> bool:
    """Whether it becomes live within so many seconds. Closes `admin` unless it does."""
    end = time.monotonic() + within
    live = False
    try:
        while not live and time.monotonic() < end and process.alive():
            with contextlib.suppress(*SILENT):
                live = await admin.ready()
            if not live:
                await asyncio.sleep(0.01)
        return live
    finally:
        if not live:
            await admin.close()
