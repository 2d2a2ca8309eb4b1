"""How an agent begins: on the Envoy that a former agent left, or on a new one with the last good snapshot
from disk. Control is not needed."""

from dataclasses import dataclass

from meridian.core.errors import Unavailable
from meridian.envoy.agent.country import place
from meridian.envoy.agent.parts import Parts
from meridian.envoy.agent.state import EdgeState
from meridian.envoy.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Resumption:
    parts: Parts
    state: EdgeState

    async def begin(self) -> None:
        """What cannot be had is told in the edge's state, and the edge goes on as far as it can."""
        self.state.started = self.parts.clock.now().isoformat()
        self._place_country_database()
        found = self.parts.store.find(self.parts.region)
        self.state.problem("disk", found.sentence)
        if found.snapshot is not None:
            await self._resume(found.snapshot)
        else:
            await self._without_snapshot()

    async def _resume(self, snapshot: Snapshot) -> None:
        parts, state = self.parts, self.state
        state.active = snapshot
        state.settle(snapshot)
        parts.link.know(snapshot.digest)
        laid = parts.overlays.over(snapshot)
        adopted = await parts.supervisor.adopt()
        try:
            if adopted:
                refusal = await parts.activation.activate(laid)
                if parts.supervisor.outdated():
                    await parts.supervisor.hot_restart()
            else:
                parts.files.become(laid)
                await parts.supervisor.start()
                refusal = await parts.activation.confirm(laid)
        except (OSError, Unavailable) as error:
            state.problem("start", f"the last good snapshot could not be started: {error}")
            return
        if refusal:
            state.problem("start", f"{refusal.resource} of the last good snapshot: {refusal.reason}")

    async def _without_snapshot(self) -> None:
        """Nothing to serve. An Envoy that runs all the same knows more than the disk: leave it until
        control answers."""
        if not await self.parts.supervisor.adopt():
            self.state.problem("start", "this edge has no snapshot yet and waits for control")

    def _place_country_database(self) -> None:
        source, target = self.parts.country_database, self.parts.folder.country_database
        if source is None:
            return
        try:
            place(source, target)
        except OSError as error:
            self.state.problem(
                "geo", f"the country database could not be placed at {target}: {error.strerror or error}"
            )
