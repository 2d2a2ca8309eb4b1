"""The admission process of one edge: from its start to its end."""

import asyncio
import fcntl
import os
import signal
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

from meridian.core.errors import Conflict
from meridian.envoy.snapshot import Json
from meridian.limits.admission.desk import Desk
from meridian.limits.admission.log import EventLog
from meridian.limits.admission.protocol import AdmissionProtocol
from meridian.limits.admission.routes import Routes
from meridian.limits.admission.secret import names_of
from meridian.limits.admission.settings import FILE, Settings
from meridian.limits.admission.told import Told
from meridian.limits.exact.clock import StoreClock
from meridian.limits.exact.local import LocalCounters
from meridian.limits.exact.memory import MemoryCounters

SOCKET = "admission.sock"
LOCK = "admission.lock"
TICK = 0.25
"""Seconds between looks at the file and writes of the log."""
_LOCK_WAIT = 10.0
"""Seconds that a predecessor has to end."""
_BACKLOG = 4096


@dataclass(slots=True)
class Admission:
    """home: the edge's folder."""

    home: Path
    told: Told = field(init=False)
    log: EventLog = field(init=False)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.told = Told(self.home / "xds" / FILE)
        self.log = EventLog(self.home / "log" / "admission.log")

    async def run(self) -> None:
        """Until `stop`, SIGTERM or SIGINT. Raises Conflict when this edge has an admission process that does not end, and OSError
        when the folder cannot be used."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop.set)
        lock = await _locked(self.home / LOCK)
        try:
            await self._serve()
        finally:
            os.close(lock)

    async def _serve(self) -> None:
        settings = await self._first_settings()
        if settings is None:
            return
        memory = MemoryCounters()
        desk = Desk(names_of(self.home), settings, LocalCounters(memory, StoreClock()))
        routes = Routes(desk, lambda: self._state(desk))
        listening = _bound(self.home)
        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(
            lambda: AdmissionProtocol(routes), sock=listening, backlog=_BACKLOG
        )
        try:
            while not self.stop.is_set():
                await self._pause()
                self._look(desk)
                await asyncio.to_thread(self.log.flush)
        finally:
            server.close()
            (self.home / SOCKET).unlink(missing_ok=True)
            self._count(desk)
            self.log.flush()

    async def _first_settings(self) -> Settings | None:
        """Nobody listens before they are known: then Envoy decides as each limit's `on_failure` says."""
        while not self.stop.is_set():
            settings = self.told.news()
            if settings is not None:
                return settings
            await self._pause()
        return None

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(TICK):
                await self.stop.wait()
        except TimeoutError:
            return

    def _look(self, desk: Desk) -> None:
        before = self.told.problem
        settings = self.told.news()
        if settings is not None:
            desk.settings = settings
        if self.told.problem and self.told.problem != before:
            self.log.note("trouble", sentence=self.told.problem)
        self._count(desk)

    def _count(self, desk: Desk) -> None:
        if counts := desk.counts.drained():
            self.log.note("counts", policies=counts)

    def _state(self, desk: Desk) -> Json:
        return {
            "settings": self.told.digest,
            "problem": self.told.problem,
            "counts": desk.counts.total,
            "cpu": time.process_time(),
        }


async def _locked(path: Path) -> int:
    """Held for as long as this process lives, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _LOCK_WAIT
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except OSError as error:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise Conflict(
                    f"the edge at {path.parent} has an admission process already", "stop that one first"
                ) from error
        await asyncio.sleep(0.02)


def _bound(home: Path) -> socket.socket:
    """By a relative name: a socket's path may have 107 bytes, and homes can be deep. What an ended process left is replaced."""
    os.chdir(home)
    Path(SOCKET).unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(SOCKET)
    Path(SOCKET).chmod(0o600)
    listening.setblocking(False)
    return listening
