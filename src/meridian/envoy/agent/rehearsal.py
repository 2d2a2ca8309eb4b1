"""A second Envoy that serves nobody and takes every snapshot first.

A fresh `envoy --mode validate` costs about 200 ms of CPU for 80 clusters; with three edges on two cores
that alone is 300 ms between a change and its enforcement. This one is running already and takes only what
differs, as the serving one will: 10 to 30 ms. It sees the same files through the same subscriptions, with
two differences: its listeners do not bind, and its clusters have no endpoints, so that it neither hears nor
says anything.
"""

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from meridian.envoy.agent import register
from meridian.envoy.agent.activation import Activation, Refusal
from meridian.envoy.agent.admin import SILENT, Admin
from meridian.envoy.agent.files import XdsFiles
from meridian.envoy.agent.folder import EdgeFolder, replace
from meridian.envoy.agent.inotify import room
from meridian.envoy.agent.process import EnvoyProcess, identity, spawn
from meridian.envoy.agent.silence import Silencer
from meridian.envoy.agent.subscription import Subscriptions
from meridian.envoy.bootstrap import bootstrap
from meridian.envoy.snapshot import canonical

OWN = ("xds", "log")
"""What the rehearsal has for itself; all else of the edge's folder it sees through links."""
SPARE = 40
"""Inotify instances left for Envoys that serve: they come first."""
LOG_LIMIT = 1_000_000
NICENESS = 5
"""The serving Envoy goes first."""


class Rehearsal:
    def __init__(self, folder: EdgeFolder, binary: Path) -> None:
        self._folder = folder
        self._home = folder.rehearsal
        self._binary = binary
        self._process: EnvoyProcess | None = None
        self._admin = Admin(folder.runtime / "rehearsal.sock")
        self._activation: Activation | None = None
        self._subscriptions = Subscriptions()
        self._silencer = Silencer()

    @property
    def ready(self) -> bool:
        """Whether `check` can be asked."""
        return self._activation is not None and self.running

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.alive()

    async def start(self, resources: Mapping[str, bytes]) -> None:
        """A new one on `resources`, which the serving Envoy runs on. Quietly does without when it cannot be
        had."""
        await self.stop()
        self._admin = admin = Admin(self._admin.socket)
        with contextlib.suppress(OSError):
            if not room(SPARE + self._subscriptions.instances(self._silencer.silenced(resources))):
                return
            self._prepare()
            files = XdsFiles(self._home / "xds")
            files.become(self._silencer.silenced(resources))
            pid = spawn(self._command(), self._home, self._home / "log" / "envoy.log")
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, pid, NICENESS)
            self._process = EnvoyProcess(pid, identity(pid), self._admin.socket)
            register.write(self._home / register.PID_FILE, [self._process])
            activation = Activation(
                files, lambda: admin, self._home / "log" / "envoy.log", self._subscriptions
            )
            if await self._live():
                self._activation = activation
            else:
                await self.stop()

    async def check(self, resources: Mapping[str, bytes]) -> Refusal | None:
        """What Envoy says to `resources`. Raises OSError when it is not running or cannot say; ask another
        way then."""
        if self._activation is None or not self.running:
            raise OSError("no rehearsal is running")
        try:
            refusal = await self._activation.activate(self._silencer.silenced(resources))
        except (ValueError, KeyError, TypeError) as error:
            raise OSError(f"the rehearsal cannot read it: {error!r}") from error
        if refusal is None:
            return None
        # Part of it has been taken, so this one is of no further use.
        died = not self.running
        await self.stop()
        if died:
            raise OSError("the rehearsal died of it")
        return Refusal(refusal.resource, refusal.reason, final=True)

    async def stop(self) -> None:
        process, self._process = self._process, None
        self._activation = None
        if process is not None:
            await process.stop(1.0)
        for left in register.read(self._home / register.PID_FILE):
            await left.stop(1.0)
        await self._admin.close()

    def trim(self) -> None:
        """Bounds its log."""
        log = self._home / "log" / "envoy.log"
        with contextlib.suppress(OSError):
            if log.stat().st_size > LOG_LIMIT:
                os.truncate(log, 0)

    def _prepare(self) -> None:
        for name in OWN:
            (self._home / name).mkdir(parents=True, exist_ok=True)
        for entry in self._folder.home.iterdir():
            link = self._home / entry.name
            if entry.name in (*OWN, self._home.name) or entry.name.startswith(("envoy.", ".")):
                continue
            if not link.is_symlink():
                if link.is_dir():
                    shutil.rmtree(link)
                link.unlink(missing_ok=True)
                link.symlink_to(Path("..") / entry.name)
        content = bootstrap("rehearsal", "rehearsal", self._admin.socket, 1)
        replace(self._home / "envoy.json", canonical(content), durable=False)

    def _command(self) -> list[str]:
        return [
            str(self._binary),
            *(
                "--config-path",
                "envoy.json",
                "--concurrency",
                "1",
                "--log-level",
                "warning",
                "--disable-hot-restart",
            ),
        ]

    async def _live(self) -> bool:
        end = time.monotonic() + 10.0
        while time.monotonic() < end and self.running:
            with contextlib.suppress(*SILENT):
                if await self._admin.ready():
                    return True
            await asyncio.sleep(0.05)
        return False
