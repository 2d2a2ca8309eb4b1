"""The activation cycle: a snapshot is offered, tried, and then in force or refused, with a sentence either
way. A refused one is tried again later where that may help."""

import logging
import time
from dataclasses import dataclass
from datetime import UTC

from meridian.core.errors import Unavailable
from meridian.envoy.agent.activation import Refusal
from meridian.envoy.agent.laying import Laying
from meridian.envoy.agent.parts import Parts
from meridian.envoy.agent.state import EdgeState
from meridian.envoy.agent.trial import Trial
from meridian.envoy.report import Rejection
from meridian.envoy.snapshot import Snapshot

log = logging.getLogger(__name__)
FIRST_RETRY = 5.0
LONGEST_RETRY = 300.0


@dataclass(slots=True)
class Cycle:
    parts: Parts
    state: EdgeState
    laying: Laying
    trial: Trial
    _retry_pause: float = FIRST_RETRY
    _retry: tuple[float, Snapshot] | None = None
    """When to try a refused snapshot again."""

    async def offer(self, snapshot: Snapshot) -> None:
        """Activates a snapshot, or refuses it and says why; the last good one goes on then."""
        async with self.state.changing:
            active = self.state.active
            if active is not None and snapshot.digest == active.digest:
                self._renumber(snapshot)
                return
            self._retry = None
            refusal = await self.trial.run(snapshot)
            if refusal is None:
                self._accepted(snapshot)
            else:
                self._refuse(snapshot, refusal)
        if refusal is None:
            await self._follow_up(snapshot)

    async def retry(self) -> None:
        """Tries a refused snapshot again when it is due."""
        if self._retry is not None and time.monotonic() >= self._retry[0]:
            await self.offer(self._retry[1])

    async def hot_restart(self) -> None:
        async with self.state.changing:
            try:
                await self.parts.supervisor.hot_restart()
                self.state.problem("restart", "")
            except (Unavailable, OSError) as error:
                self.state.problem("restart", f"Envoy could not be restarted: {error}")

    async def _follow_up(self, snapshot: Snapshot) -> None:
        """What need not be done before the snapshot is in force."""
        rehearsal = self.parts.rehearsal
        if rehearsal is not None and not rehearsal.ready:
            await rehearsal.start(snapshot.resources)
        if self.parts.supervisor.outdated():
            await self.hot_restart()

    def _accepted(self, snapshot: Snapshot) -> None:
        state = self.state
        state.active, state.rejection = snapshot, None
        state.settle(snapshot)
        self._retry_pause = FIRST_RETRY
        state.problems.clear()
        self.laying.accepted(snapshot)
        log.info("snapshot %s (configuration %d) is in force", snapshot.digest, snapshot.config_version)
        state.news()

    def _refuse(self, snapshot: Snapshot, refusal: Refusal) -> None:
        state = self.state
        state.rejection = Rejection(
            digest=snapshot.digest,
            config_version=snapshot.config_version,
            resource=refusal.resource,
            reason=refusal.reason,
            at=self.parts.clock.now().astimezone(UTC).isoformat(),
        )
        where = f" ({refusal.resource})" if refusal.resource else ""
        goes_on = f"; {state.active.digest} goes on" if state.active else ""
        state.problem("snapshot", f"snapshot {snapshot.digest} was refused{where}: {refusal.reason}{goes_on}")
        if not refusal.final:
            self._retry = (time.monotonic() + self._retry_pause, snapshot)
            self._retry_pause = min(LONGEST_RETRY, self._retry_pause * 2)
        try:
            self.parts.store.set_aside(snapshot)
        except OSError as error:
            log.warning("the refused snapshot could not be kept: %s", error)
        state.news()

    def _renumber(self, snapshot: Snapshot) -> None:
        """The same content, under another configuration's number or after one that was refused."""
        self._retry, self._retry_pause = None, FIRST_RETRY
        self.state.active, self.state.rejection = snapshot, None
        self.state.problem("snapshot", "")
        try:
            self.parts.store.keep(snapshot)
        except OSError as error:
            self.state.problem(
                "disk", f"the snapshot's new number could not be stored: {error.strerror or error}"
            )
        self.state.news()
