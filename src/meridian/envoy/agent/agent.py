"""One edge's agent: its loops, side by side, from its start to its end.

`resumption` begins, `link` brings snapshots to the `cycle`, the `supervisor` keeps Envoy running, the
`watch` looks after both, the `tail` makes records of the logs, `reporting` tells control how the edge is, and `pulsing` what
happens right now.
"""

import asyncio
import fcntl
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from meridian.core.errors import Conflict
from meridian.envoy.agent.cycle import Cycle
from meridian.envoy.agent.parts import Parts
from meridian.envoy.agent.pulsing import Pulsing
from meridian.envoy.agent.reporting import Reporting
from meridian.envoy.agent.resumption import Resumption
from meridian.envoy.agent.state import EdgeState
from meridian.envoy.agent.watch import Watch


@dataclass(slots=True)
class Agent:
    parts: Parts
    state: EdgeState
    cycle: Cycle
    watch: Watch
    reporting: Reporting
    pulsing: Pulsing
    _leaving: asyncio.Event = field(default_factory=asyncio.Event)

    def leave(self) -> None:
        """Asks `run` to drain, stop Envoy and return."""
        self._leaving.set()

    async def run(self) -> None:
        """Until `leave`, SIGTERM or SIGINT; SIGHUP replaces Envoy by hot restart. Raises Conflict when this
        edge has an agent already."""
        lock = _locked(self.parts.folder.lock)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.leave)
        loop.add_signal_handler(
            signal.SIGHUP, lambda: restarts.add(loop.create_task(self.cycle.hot_restart()))
        )
        restarts: set[asyncio.Task[None]] = set()
        try:
            await self._work()
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)
            await asyncio.gather(*restarts, return_exceptions=True)
            os.close(lock)

    async def _work(self) -> None:
        tasks: list[asyncio.Future[object]] = []
        try:
            await Resumption(self.parts, self.state).begin()
            always = (
                self.parts.supervisor.run(),
                self.parts.link.receive(self.cycle.offer),
                self.reporting.always(),
                self.watch.always(),
                self.parts.tail.always(),
                self.pulsing.always(),
                self.parts.companions.always(),
                self._leaving.wait(),
            )
            tasks = [asyncio.ensure_future(each) for each in always]
            if self.state.active is not None and self.parts.rehearsal is not None:
                await self.parts.rehearsal.start(self.state.active.resources)
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await self._wind_up(tasks)

    async def _wind_up(self, tasks: list[asyncio.Future[object]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.parts.rehearsal is not None:
            await self.parts.rehearsal.stop()
        if self._leaving.is_set():
            await self.parts.supervisor.stop(self.state.settings.drain)
            await self.parts.companions.stop()
            await self.parts.tail.finish()
            await self.reporting.send()
        else:
            await self.parts.supervisor.release()
        await self.parts.link.close()


def _locked(path: Path) -> int:
    """Held for as long as this process lives, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise Conflict(f"the edge at {path.parent} has an agent already", "stop that one first") from error
    return descriptor
