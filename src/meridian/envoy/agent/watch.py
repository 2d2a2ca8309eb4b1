"""The watch: once a second it looks how Envoy and its upstreams are, and sees to what that asks for."""

import asyncio
import logging
import time
from dataclasses import dataclass, field

from meridian.envoy.agent.admin import SILENT
from meridian.envoy.agent.cycle import Cycle
from meridian.envoy.agent.health import HealthBook
from meridian.envoy.agent.parts import Parts
from meridian.envoy.agent.state import EdgeState
from meridian.envoy.report import HostHealth

log = logging.getLogger(__name__)
TICK = 1.0
REASSERT_EVERY = 2.0
"""Seconds between looks at whether Envoy still runs on what it should."""


@dataclass(slots=True)
class Watch:
    parts: Parts
    state: EdgeState
    cycle: Cycle
    _book: HealthBook = field(default_factory=HealthBook)
    _checked: float = 0.0

    async def always(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.tick()
            except SILENT as error:
                log.debug("Envoy's admin is silent: %r", error)
            await asyncio.sleep(TICK)

    async def tick(self) -> None:
        """One look. Raises one of SILENT."""
        state = self.state
        await self._rotate()
        await self.cycle.retry()
        if self.parts.supervisor.current is None:
            return
        admin = self.parts.supervisor.admin()
        health = self._book.read(await admin.clusters(), self.parts.clock.now())
        if _summary(health) != _summary(state.health):
            state.news()
        state.health = health
        requests = await admin.requests()
        state.requests, state.clients = requests.total, requests.clients
        if state.active is not None and not state.changing.locked():
            async with state.changing:
                await self.cycle.laying.refresh(state.active)
                await self._reassert()

    async def _reassert(self) -> None:
        """Gives Envoy again what it does not run on, e.g. a listener whose port was taken when it started."""
        if time.monotonic() - self._checked < REASSERT_EVERY:
            return
        self._checked = time.monotonic()
        files, activation = self.parts.files, self.parts.activation
        missing = await activation.missing(files.current)
        if not missing:
            self.state.problem("start", "")
            return
        again = {name: files.current[name] for name in missing}
        try:
            files.write(again)
        except OSError as error:
            self.state.problem("start", f"{missing[0]} could not be written again: {error.strerror or error}")
            return
        refusal = await activation.confirm(again)
        self.state.problem(
            "start", f"{refusal.resource} is not in force: {refusal.reason}" if refusal else ""
        )

    async def _rotate(self) -> None:
        parts, log_settings = self.parts, self.state.settings.access_log
        if parts.rehearsal is not None:
            parts.rehearsal.trim()
        try:
            if not parts.rotation.turn(log_settings.max_bytes, log_settings.keep):
                return
            await parts.supervisor.admin().reopen_logs()
            parts.rotation.reopened()
        except OSError as error:
            log.warning("the access log could not be rotated: %s", error)


def _summary(health: tuple[HostHealth, ...]) -> list[tuple[str, bool]]:
    return [(each.address, each.healthy) for each in health]
