"""One process that is kept running: started, watched, started again after a growing pause, held down by a
fault."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from meridian.core.backoff import backoff
from meridian.core.clock import Clock, SystemClock
from meridian.core.errors import MeridianError
from meridian.world.logs import open_for_append
from meridian.world.process import ProcessId, dies_with_parent, identify

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
STEADY = 20.0
"""Seconds of running after which earlier crashes are forgiven."""
AFTER_KILL = 5.0
"""Seconds to wait for a process that was killed; it may be in the midst of writing to a slow disk."""
PRIVATE = frozenset({"MERIDIAN_DATABASE_URL", "MERIDIAN_TOKEN", "MERIDIAN_EDGE_KEY"})
"""Environment variables that only a process which needs them is given."""


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """name: "control", "app:europe-west1". stop: the signal that asks it to end, also sent when the
    supervisor is gone. grace: seconds it may take to end. env: laid over this process's environment, or
    instead of it where `alone`. before: called in a thread before each start; a MeridianError counts as a
    start that failed."""

    name: str
    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    stop: int = signal.SIGTERM
    grace: float = 5.0
    alone: bool = False
    before: Callable[[], None] | None = None

    def environment(self) -> dict[str, str]:
        if self.alone:
            return dict(self.env)
        inherited = {name: value for name, value in os.environ.items() if name not in PRIVATE}
        return {**inherited, "PYTHONUNBUFFERED": "1", **self.env}


def pause(crashes: int) -> float:
    """Seconds before the next start after so many crashes in a row: 0.1, 0.2, 0.4 ... up to 5."""
    return backoff(crashes, FIRST_PAUSE, LONGEST_PAUSE)


@dataclass(slots=True)
class Child:
    """state: "starting", "running", "waiting" (for its next start), "held" (by a fault) or "stopped"."""

    plan: ChildPlan
    started: Callable[["Child"], None] = lambda child: None
    clock: Clock = field(default_factory=SystemClock)
    state: str = "starting"
    process: ProcessId | None = None
    since: float = 0.0
    changed: float = 0.0
    restarts: int = 0
    crashes: int = 0
    last_exit: str = ""
    _held: bool = False
    _stopping: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _spawning: asyncio.Future[asyncio.subprocess.Process] | None = None

    def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name=self.plan.name)

    def kill(self, *, hold: bool) -> None:
        """SIGKILL now. hold: no start until `release`."""
        self._held = self._held or hold
        self.crashes = 0
        if self.process:
            self.process.signal(signal.SIGKILL)
        self._wake.set()

    def release(self) -> None:
        """Ends a hold, and any pause before the next start."""
        self._held = False
        self.crashes = 0
        self._wake.set()

    @property
    def held(self) -> bool:
        return self._held

    async def stop(self) -> None:
        """Asks it to end, kills it when it does not within its grace, and waits until it is gone."""
        task, self._task = self._task, None
        if task is None:
            return
        self._stopping = True
        if self._spawning is not None and not self._spawning.done():
            with contextlib.suppress(OSError):
                self.process = identify((await self._spawning).pid)
        process = self.process
        if process is not None:
            process.signal(self.plan.stop)
            if not await self._gone(process, self.plan.grace):
                process.signal(signal.SIGKILL)
                await self._gone(process, AFTER_KILL)
        await self._finished(task)
        self.process = None
        self._become("stopped")

    async def _finished(self, task: asyncio.Task[None]) -> None:
        """The task ends by itself when it has seen its process end; one that waits for something else is cancelled."""
        self._wake.set()
        await asyncio.wait({task}, timeout=1.0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _gone(self, process: ProcessId, within: float) -> bool:
        """Whether it ended within so many seconds."""
        deadline = self.clock.monotonic() + within
        while process.alive():
            if self.clock.monotonic() > deadline:
                return False
            await asyncio.sleep(0.02)
        return True

    async def _run(self) -> None:
        while not self._stopping:
            if self._held:
                self._become("held")
                await self._woken(None)
                continue
            await self._once()
            if self._held or self._stopping:
                continue
            self.crashes += 1
            self.restarts += 1
            self._become("waiting")
            await self._woken(pause(self.crashes))

    async def _once(self) -> None:
        try:
            if self.plan.before:
                await asyncio.to_thread(self.plan.before)
            # Shielded, so that a stop in this moment knows of the process that is just being made.
            self._spawning = asyncio.ensure_future(self._spawn())
            running = await asyncio.shield(self._spawning)
        except (OSError, MeridianError) as error:
            self.last_exit = f"could not be started: {error}"
            return
        self.process = identify(running.pid)
        self.since = self.clock.monotonic()
        self._become("running")
        self.started(self)
        code = await running.wait()
        self.process = None
        self.last_exit = _ending(code)
        if self.clock.monotonic() - self.since > STEADY:
            self.crashes = 0

    async def _spawn(self) -> asyncio.subprocess.Process:
        log = open_for_append(self.plan.log)
        try:
            return await asyncio.create_subprocess_exec(
                *self.plan.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.plan.environment(),
                cwd=self.plan.cwd,
                start_new_session=True,
                preexec_fn=dies_with_parent(self.plan.stop),
            )
        finally:
            os.close(log)

    async def _woken(self, within: float | None) -> None:
        if self._stopping:
            return
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), within)

    def _become(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.changed = self.clock.monotonic()


def _ending(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit status {code}"
