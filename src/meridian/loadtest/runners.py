"""The load test that control runs on its own machine: a process of its own, which tells control what every runner tells."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from meridian.core.errors import MeridianError
from meridian.loadtest.store import LoadTests

if TYPE_CHECKING:
    from meridian.feature import Control
    from meridian.loadtest.order import Order

log = logging.getLogger(__name__)
PRIVATE = ("MERIDIAN_DATABASE_URL", "MERIDIAN_EDGE_KEY")
"""Secrets of control's that a runner has no use for."""
WATCHED = 2.0
"""Seconds from one look at whether a runner is to stop to the next."""
GRACE = 30.0
"""Seconds that a runner has to hand its record over, once it is to stop and the answers it waits for are there or given up."""
AT_ONCE = 10.0
"""Seconds that it has then, told to end at once, before it is killed."""
LAST_WORDS = 2000
"""Bytes of what a runner said last that are read when it failed."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How a runner reaches control. Empty: as the environment says (MERIDIAN_CONTROL, MERIDIAN_TOKEN, MERIDIAN_HOME)."""

    address: str = ""
    token: str = field(default="", repr=False)

    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in PRIVATE}
        if self.address:
            inherited["MERIDIAN_CONTROL"] = self.address
        if self.token:
            inherited["MERIDIAN_TOKEN"] = self.token
        return inherited


@dataclass(slots=True)
class Runners:
    """This process's runners; `Control.shared` keeps it, and stops it when control stops.

    watched, grace, at_once: seconds; see the constants."""

    watched: float = WATCHED
    grace: float = GRACE
    at_once: float = AT_ONCE
    _running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    _killed: set[str] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(
        self, control: Control, id: str, order: Order, name: str, waits: float, reach: Reach
    ) -> None:
        """Starts it and returns at once. name: of the scenario. waits: seconds, for an answer. Raises OSError where no process
        can be started."""
        folder = TemporaryDirectory(prefix="meridian-load-", ignore_cleanup_errors=True)
        try:
            process = await asyncio.create_subprocess_exec(
                *command(id, order, _scenario(order, name, Path(folder.name)), Path(folder.name)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env=reach.environment(),
                start_new_session=True,
            )
        except BaseException:
            folder.cleanup()
            raise
        self._running[id] = process
        watching = self._watch(control, id, process, folder)
        for work in (watching, self._obey(control, id, process, waits)):
            task = asyncio.create_task(work, name=f"load test {id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """They end with a report of what there is; as control is going, nobody may be there to take it."""
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()

    async def _obey(
        self, control: Control, id: str, process: asyncio.subprocess.Process, waits: float
    ) -> None:
        """Ends a runner that is to stop and does not. It hears of a stop with its next progress; one that hangs hears nothing.
        Which process of control was asked to stop it does not matter, so the store is asked."""
        while not await _ended(process, self.watched):
            with contextlib.suppress(MeridianError):
                run = await LoadTests(control.database).run(id, control.clock.now())
                if run is None or run.stop:
                    break
        if await _ended(process, waits + self.grace):
            return
        log.warning("the runner of the load test %s does not stop; it is told to end at once", id)
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        if await _ended(process, self.at_once):
            return
        log.warning("the runner of the load test %s hangs; it is killed", id)
        self._killed.add(id)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)

    async def _watch(
        self, control: Control, id: str, process: asyncio.subprocess.Process, folder: TemporaryDirectory[str]
    ) -> None:
        try:
            words = await _last_words(process)
            code = await process.wait()
        finally:
            self._running.pop(id, None)
            folder.cleanup()
        log.info("the runner of the load test %s ended with exit status %d", id, code)
        sentence = f"its runner ended without a record: {words or f'exit status {code}'}"
        if id in self._killed:
            self._killed.discard(id)
            sentence = "its runner did not stop when it was told to, and was killed; there is no record"
        try:
            await LoadTests(control.database).abandon(id, "aborted", sentence[:300], control.clock.now())
        except Exception as error:  # noqa: BLE001 - nobody waits for this task; the run is shown as lost
            log.warning("how the load test %s ended could not be stored: %s", id, error)


def command(id: str, order: Order, scenario: str, folder: Path) -> list[str]:
    """How the runner is started. scenario: a name or a file."""
    argv = [sys.executable, "-c", "from meridian.cli.main import run; run()", "load", "run", scenario]
    argv += ["--id", id, "--scale", repr(order.scale), "--out", str(folder / "out"), "--json"]
    options: Mapping[str, object] = {
        "--duration": order.seconds,
        "--rate": order.rate,
        "--seed": order.seed,
        "--target": order.target or None,
        "--processes": order.processes,
        "--confirm": order.confirm or None,
    }
    for name, value in options.items():
        if value is not None:
            argv += [f"{name}={value}"]
    return argv


def _scenario(order: Order, name: str, folder: Path) -> str:
    if not order.text:
        return order.scenario
    file = folder / f"{name}.yaml"
    file.write_text(order.text)
    return str(file)


async def _ended(process: asyncio.subprocess.Process, within: float) -> bool:
    """Whether it does so within this time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):
            await process.wait()
            return True
    return False


async def _last_words(process: asyncio.subprocess.Process) -> str:
    """The end of what it said, which is why it failed if it did. Its progress is told otherwise."""
    assert process.stderr is not None
    tail = b""
    while chunk := await process.stderr.read(4096):
        tail = (tail + chunk)[-LAST_WORDS:]
    lines = [line.strip() for line in tail.decode(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error:")]
    return (errors or lines or [""])[-1].removeprefix("error:").strip()
