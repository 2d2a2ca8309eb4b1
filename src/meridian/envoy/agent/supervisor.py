"""Keeps one Envoy serving: adopts one that runs, starts one, restarts one that died, replaces one without a
gap, drains it.

Hot restart hands the listening sockets from the old process to the new one (same base id, next epoch).
Where that fails, the new one is started beside the old one (both listen, thanks to SO_REUSEPORT) and then
the old one is drained.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

from meridian.core.backoff import backoff
from meridian.core.errors import Unavailable
from meridian.envoy.agent import register
from meridian.envoy.agent.admin import Admin
from meridian.envoy.agent.draining import begin_drain, drain
from meridian.envoy.agent.launch import Launch, ready
from meridian.envoy.agent.process import EnvoyProcess
from meridian.envoy.agent.roster import Roster

log = logging.getLogger(__name__)
SETTLED = 10.0
"""Seconds after which a start counts as a success, and the next crash is answered at once again."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0


class Supervisor:
    """state: "starting", "live", "draining" or "down". problem: what is wrong, for a person, or empty.
    changed: called when state or problem changes."""

    def __init__(self, launch: Launch, changed: Callable[[], None] = lambda: None) -> None:
        self.state = "down"
        self.problem = ""
        self._launch = launch
        self._folder = launch.folder
        self._roster = Roster(launch.folder)
        self._changed = changed
        self._admin = Admin(launch.folder.runtime / "none.sock")
        self._wanted = False
        self._turn = asyncio.Lock()
        self._replaced = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def current(self) -> EnvoyProcess | None:
        return self._roster.current

    def admin(self) -> Admin:
        """Of the Envoy that serves now."""
        return self._admin

    async def adopt(self) -> bool:
        """Takes over the Envoy that a former agent left serving; whether there was one. Others that it left
        are stopped."""
        known = register.read(self._folder.pid_file)
        self._roster.stale = register.left_over(self._folder.home, known)
        # The newest first: a hot restart's child has silenced its parent's admin, and does the parent's work.
        for candidate in sorted(known, key=lambda each: each.epoch, reverse=True):
            admin = Admin(candidate.admin)
            if await ready(candidate, admin, 2.0):
                break
            log.warning(
                "the Envoy left by a former agent (pid %d) does not answer and is replaced", candidate.pid
            )
            await admin.close()
            self._roster.stale.append(candidate)
        else:
            return False
        if candidate.base_id < 0:
            candidate = self._launch.numbered(candidate)
        await self._serve(candidate, admin)
        log.info("adopted the running Envoy, pid %d", candidate.pid)
        for process in known:
            if process != candidate and process not in self._roster.stale and process.pid != candidate.pid:
                self._retire(process)
        await self._stop_stale()
        return True

    def outdated(self) -> bool:
        """Whether the running Envoy was started with another bootstrap than it would get now."""
        return self._roster.current is not None and self._roster.current.bootstrap != self._launch.digest()

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
            process = self._roster.current
            self._replaced.clear()
            if process is None and self._wanted:
                await self._restart(2)
                continue
            if process is None:
                await self._replaced.wait()
                continue
            since = time.monotonic()
            await self._ended_or_replaced(process)
            if process is not self._roster.current or process.alive():
                continue
            process.forget()
            failures = 0 if time.monotonic() - since > SETTLED else failures + 1
            self._say("down", f"Envoy (pid {process.pid}) ended unexpectedly and is being started again")
            await self._restart(failures)

    async def hot_restart(self) -> None:
        """Replaces the running Envoy by a new one without closing a listening socket. Raises Unavailable,
        and then the running one goes on."""
        async with self._turn:
            old = self._roster.current
            if old is None or not old.alive():
                await self._start()
                return
            try:
                await self._start(parent=old)
            except Unavailable as error:
                log.warning("hot restart failed, starting a new Envoy beside the old one: %s", error)
                former = Admin(old.admin)
                await self._start()
                self._soon(begin_drain(former))
            self._retire(old)

    async def stop(self, seconds: float) -> None:
        """Lets requests in flight finish, up to so many seconds, and ends every Envoy of this edge."""
        self._wanted = False
        async with self._turn:
            everyone, current = self._roster.everyone(), self._roster.current
            self._roster.current = None
            self._say("draining", "")
            if current is not None and current.alive():
                await drain(self._admin, seconds)
            await asyncio.gather(*(each.stop() for each in everyone))
            self._roster.retiring = []
            register.write(self._folder.pid_file, [])
            self._say("down", "")
        await self.release()

    async def clear(self) -> None:
        """Ends Envoy at once: there is nothing it could serve."""
        self._wanted = False
        async with self._turn:
            current, self._roster.current = self._roster.current, None
            if current is not None:
                await current.stop()
            self._roster.record()
            self._say("down", self.problem)

    async def release(self) -> None:
        """Lets go of everything but leaves Envoy running."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._admin.close()

    async def _stop_stale(self) -> None:
        """Only once another serves: until then even one that cannot be spoken to answers requests."""
        stale, self._roster.stale = self._roster.stale, []
        await asyncio.gather(*(each.stop(1.0) for each in stale))
        self._roster.record()

    async def _restart(self, failures: int) -> None:
        pause = backoff(failures - 1, FIRST_PAUSE, LONGEST_PAUSE)
        while True:
            await asyncio.sleep(pause)
            try:
                async with self._turn:
                    if self._roster.current is not None and self._roster.current.alive():
                        return
                    await self._start()
                return
            except (Unavailable, OSError) as error:
                self._say("down", f"Envoy cannot be started: {error}")
                pause = min(LONGEST_PAUSE, max(0.1, pause * 2))

    async def _start(self, parent: EnvoyProcess | None = None) -> None:
        def spawned(process: EnvoyProcess) -> None:
            self._roster.record(process)
            if parent is None:
                self._say("starting", self.problem)

        try:
            process, admin = await self._launch.launch(self._roster.free_socket(), parent, spawned)
        except Unavailable:
            self._roster.record()
            raise
        await self._serve(process, admin)

    async def _serve(self, process: EnvoyProcess, admin: Admin) -> None:
        former, self._admin = self._admin, admin
        self._roster.current = process
        self._replaced.set()
        self._roster.record()
        self._say("live", "")
        if former is not admin:
            await former.close()

    async def _ended_or_replaced(self, process: EnvoyProcess) -> None:
        waits = [asyncio.ensure_future(process.ended()), asyncio.ensure_future(self._replaced.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    def _retire(self, process: EnvoyProcess) -> None:
        self._roster.retiring.append(process)
        self._roster.record()
        self._soon(self._see_out(process))

    async def _see_out(self, process: EnvoyProcess) -> None:
        """Its successor ends it after the drain; when that died first, this does."""
        try:
            async with asyncio.timeout(self._launch.settings().drain + 4):
                await process.ended()
        except TimeoutError:
            await process.stop()
        self._roster.retiring = [each for each in self._roster.retiring if each != process]
        self._roster.record()

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
