"""Keeps one Envoy serving: adopts one that runs, starts one, restarts one that died, replaces one without a
gap, drains it.

Hot restart hands the listening sockets from the old process to the new one (same base id, next epoch).
Where that fails, the new one is started beside the old one (both listen, thanks to SO_REUSEPORT) and then
the old one is drained.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meridian.core.errors import Unavailable
from meridian.envoy.agent import register
from meridian.envoy.agent.admin import SILENT, Admin
from meridian.envoy.agent.folder import EdgeFolder, replace
from meridian.envoy.agent.inotify import OWN, TODO, room
from meridian.envoy.agent.process import EnvoyProcess, identity, spawn
from meridian.envoy.agent.settings import AgentSettings
from meridian.envoy.bootstrap import bootstrap
from meridian.envoy.snapshot import canonical, digest

log = logging.getLogger(__name__)
READY = 15.0
"""Seconds that an Envoy has to become ready."""
SETTLED = 10.0
"""Seconds after which a start counts as a success, and the next crash is answered at once again."""
LONGEST_PAUSE = 2.0


@dataclass(frozen=True, slots=True)
class EnvoyOptions:
    """binary: Envoy's path. concurrency: worker threads."""

    binary: Path
    region: str
    instance: str
    concurrency: int = 1


class Supervisor:
    """state: "starting", "live", "draining" or "down". problem: what is wrong, for a person, or empty.
    instances: how many inotify instances Envoy will need. changed: called when state or problem changes."""

    def __init__(
        self,
        folder: EdgeFolder,
        options: EnvoyOptions,
        settings: Callable[[], AgentSettings],
        instances: Callable[[], int] = lambda: OWN,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.state = "down"
        self.problem = ""
        self._folder = folder
        self._options = options
        self._settings = settings
        self._instances = instances
        self._changed = changed
        self._current: EnvoyProcess | None = None
        self._retiring: list[EnvoyProcess] = []
        self._stale: list[EnvoyProcess] = []
        self._admin = Admin(folder.runtime / "none.sock")
        self._wanted = False
        self._turn = asyncio.Lock()
        self._replaced = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def current(self) -> EnvoyProcess | None:
        return self._current

    def admin(self) -> Admin:
        """Of the Envoy that serves now."""
        return self._admin

    async def adopt(self) -> bool:
        """Takes over the Envoy that a former agent left serving; whether there was one. Others that it left
        are stopped."""
        known = register.read(self._folder.pid_file)
        self._stale = register.left_over(self._folder.home, known)
        # The newest first: a hot restart's child has silenced its parent's admin, and does the parent's work.
        for candidate in sorted(known, key=lambda each: each.epoch, reverse=True):
            admin = Admin(candidate.admin)
            if await self._ready(candidate, admin, 2.0):
                break
            log.warning(
                "the Envoy left by a former agent (pid %d) does not answer and is replaced", candidate.pid
            )
            await admin.close()
            self._stale.append(candidate)
        else:
            return False
        if candidate.base_id < 0:
            candidate = candidate.with_base_id(_number(self._folder.base_id))
        await self._serve(candidate, admin)
        log.info("adopted the running Envoy, pid %d", candidate.pid)
        for process in known:
            if process != candidate and process not in self._stale and process.pid != candidate.pid:
                self._retire(process)
        await self._stop_stale()
        return True

    def outdated(self) -> bool:
        """Whether the running Envoy was started with another bootstrap than it would get now."""
        return self._current is not None and self._current.bootstrap != self._bootstrap_digest()

    async def start(self) -> None:
        """A new Envoy on the files as they are. Raises Unavailable when it does not become ready; `run` tries
        again then, until `clear`."""
        self._wanted = True
        async with self._turn:
            await self._start()
        await self._stop_stale()

    async def run(self) -> None:
        """Restarts Envoy whenever it dies, until cancelled."""
        failures = 0
        while True:
            process = self._current
            self._replaced.clear()
            if process is None and self._wanted:
                await self._restart(2)
                continue
            if process is None:
                await self._replaced.wait()
                continue
            since = time.monotonic()
            await self._ended_or_replaced(process)
            if process is not self._current or process.alive():
                continue
            process.forget()
            failures = 0 if time.monotonic() - since > SETTLED else failures + 1
            self._say("down", f"Envoy (pid {process.pid}) ended unexpectedly and is being started again")
            await self._restart(failures)

    async def hot_restart(self) -> None:
        """Replaces the running Envoy by a new one without closing a listening socket. Raises Unavailable,
        and then the running one goes on."""
        async with self._turn:
            old = self._current
            if old is None or not old.alive():
                await self._start()
                return
            try:
                await self._start(parent=old)
            except Unavailable as error:
                log.warning("hot restart failed, starting a new Envoy beside the old one: %s", error)
                former = self._admin_of(old)
                await self._start()
                self._soon(_drain_quietly(former))
            self._retire(old)

    async def stop(self, drain: float) -> None:
        """Lets requests in flight finish, up to `drain` seconds, and ends every Envoy of this edge."""
        self._wanted = False
        async with self._turn:
            current, self._current = self._current, None
            self._say("draining", "")
            if current is not None and current.alive():
                await self._drain(drain)
            await asyncio.gather(
                *(each.stop() for each in [*self._retiring, *self._stale, *([current] if current else [])])
            )
            self._retiring = []
            register.write(self._folder.pid_file, [])
            self._say("down", "")
        await self.release()

    async def clear(self) -> None:
        """Ends Envoy at once: there is nothing it could serve."""
        self._wanted = False
        async with self._turn:
            current, self._current = self._current, None
            if current is not None:
                await current.stop()
            self._record()
            self._say("down", self.problem)

    async def release(self) -> None:
        """Lets go of everything but leaves Envoy running."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._admin.close()

    async def _stop_stale(self) -> None:
        """Only once another serves: until then even one that cannot be spoken to answers requests."""
        stale, self._stale = self._stale, []
        await asyncio.gather(*(each.stop(1.0) for each in stale))
        self._record()

    async def _restart(self, failures: int) -> None:
        pause = 0.0 if failures <= 1 else min(LONGEST_PAUSE, 0.1 * 2 ** (failures - 2))
        while True:
            await asyncio.sleep(pause)
            try:
                async with self._turn:
                    if self._current is not None and self._current.alive():
                        return
                    await self._start()
                return
            except (Unavailable, OSError) as error:
                self._say("down", f"Envoy cannot be started: {error}")
                pause = min(LONGEST_PAUSE, max(0.1, pause * 2))

    async def _start(self, parent: EnvoyProcess | None = None) -> None:
        if not room(self._instances()):
            raise Unavailable("the kernel gives Envoy too few inotify instances", TODO)
        if parent is None:
            self._say("starting", self.problem)
        admin_path = self._free_socket()
        replace(self._folder.bootstrap, canonical(self._bootstrap(admin_path)), durable=False)
        if parent is None:
            self._folder.base_id.unlink(missing_ok=True)
        pid = spawn(self._command(parent), self._folder.home, self._folder.envoy_log)
        epoch, base_id = (parent.epoch + 1, parent.base_id) if parent else (0, -1)
        process = EnvoyProcess(pid, identity(pid), admin_path, epoch, base_id, self._bootstrap_digest())
        self._record(starting=process)
        admin = Admin(admin_path)
        if not await self._ready(process, admin, READY):
            alive = process.alive()
            if alive:
                await process.stop(1.0)
            ending = f"did not become ready within {READY:g} s" if alive else "ended as it started"
            self._record()
            raise Unavailable(f"Envoy (pid {pid}) {ending}", f"read {self._folder.envoy_log}")
        if parent is None:
            process = process.with_base_id(_number(self._folder.base_id))
        await self._serve(process, admin)

    async def _serve(self, process: EnvoyProcess, admin: Admin) -> None:
        former, self._admin = self._admin, admin
        self._current = process
        self._replaced.set()
        self._record()
        self._say("live", "")
        if former is not admin:
            await former.close()

    def _command(self, parent: EnvoyProcess | None) -> list[str]:
        drain = max(1, round(self._settings().drain))
        restart = (
            ["--base-id", str(parent.base_id), "--restart-epoch", str(parent.epoch + 1)]
            if parent
            else ["--use-dynamic-base-id", "--base-id-path", str(self._folder.base_id)]
        )
        return [
            str(self._options.binary),
            *("--config-path", self._folder.bootstrap.name),
            *("--concurrency", str(self._options.concurrency)),
            *("--log-level", "warning"),
            *("--drain-time-s", str(drain), "--parent-shutdown-time-s", str(drain + 1)),
            *restart,
        ]

    def _bootstrap(self, admin: Path) -> dict[str, object]:
        limit = self._settings().max_connections
        return bootstrap(self._options.region, self._options.instance, admin, limit)

    def _bootstrap_digest(self) -> str:
        return digest(
            canonical([self._bootstrap(Path("admin")), str(self._options.binary), self._options.concurrency])
        )

    def _free_socket(self) -> Path:
        """A socket that no living Envoy of this edge uses: a new one must not take the old one's name from
        it."""
        taken = {
            each.admin
            for each in [*self._retiring, *self._stale, *([self._current] if self._current else [])]
        }
        names = (self._folder.runtime / f"admin-{number}.sock" for number in range(len(taken) + 1))
        return next(path for path in names if path not in taken)

    def _admin_of(self, process: EnvoyProcess) -> Admin:
        return Admin(process.admin)

    async def _ready(self, process: EnvoyProcess, admin: Admin, within: float) -> bool:
        """Closes `admin` unless it is."""
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

    async def _ended_or_replaced(self, process: EnvoyProcess) -> None:
        waits = [asyncio.ensure_future(process.ended()), asyncio.ensure_future(self._replaced.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _drain(self, seconds: float) -> None:
        """Until nothing has been in flight for half a second, or the time is up."""
        end = time.monotonic() + seconds
        quiet_since = time.monotonic()
        before = -1
        with contextlib.suppress(*SILENT):
            await self._admin.drain()
            while time.monotonic() < end:
                total, active = await self._admin.requests()
                if active or total != before:
                    quiet_since, before = time.monotonic(), total
                elif time.monotonic() - quiet_since >= 0.5:
                    return
                await asyncio.sleep(0.05)

    def _retire(self, process: EnvoyProcess) -> None:
        self._retiring.append(process)
        self._record()
        self._soon(self._see_out(process))

    async def _see_out(self, process: EnvoyProcess) -> None:
        """Its successor ends it after the drain; when that died first, this does."""
        try:
            async with asyncio.timeout(self._settings().drain + 4):
                await process.ended()
        except TimeoutError:
            await process.stop()
        self._retiring = [each for each in self._retiring if each != process]
        self._record()

    def _record(self, starting: EnvoyProcess | None = None) -> None:
        serving = [self._current] if self._current else []
        register.write(
            self._folder.pid_file,
            [*serving, *([starting] if starting else []), *self._retiring, *self._stale],
        )

    def _say(self, state: str, problem: str) -> None:
        if (state, problem) == (self.state, self.problem):
            return
        self.state, self.problem = state, problem
        if problem:
            log.warning("%s", problem)
        self._changed()

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _drain_quietly(admin: Admin) -> None:
    with contextlib.suppress(*SILENT):
        await admin.drain()
    await admin.close()


def _number(path: Path) -> int:
    """The base id that Envoy wrote, or -1."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return -1
