"""The latency judge with its I/O: reads what clients measured, and puts preferences in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from meridian.config.schema.root import Config
from meridian.core.decision import Decision
from meridian.feature import Control
from meridian.regions.drain.controller import STATE
from meridian.regions.drain.judge import gone
from meridian.regions.drain.store import Drains
from meridian.regions.health import down, regions_away
from meridian.regions.latency.judge import LatencyJudge, Observation, Since
from meridian.regions.latency.store import Measurements
from meridian.regions.settings import Routing
from meridian.regions.state import RegionsState

FORGET_EVERY = 6
"""Cycles between two prunings: once a minute."""


@dataclass(slots=True)
class Measuring(LatencyJudge):
    control: Control
    interval: float = 10.0
    _cycles: int = 0
    _outstanding: int = 0

    async def observe(self) -> Observation:
        """Also forgets what is too old, and makes good a compilation that was missed."""
        stored = Measurements(self.control.database)
        config = self.control.config()
        since = self.control.clock.now() - timedelta(seconds=config.section(Routing).window)
        if self._cycles % FORGET_EVERY == 0:
            await stored.prune(since)
        self._cycles += 1
        drains = await Drains(self.control.database).all()
        away = down(config, self.control.reports()) | gone(drains)
        present = await stored.preferences()
        state = self.control.state(STATE)
        if isinstance(state, RegionsState) and state.preferences != present:
            await self.control.recompile()
        return Observation(await stored.countries(since), present, regions_away(config, away))

    def decide(
        self,
        policy: Config,
        state: Mapping[tuple[str, str], Since],
        observation: Observation,
        now: datetime,
    ) -> tuple[Mapping[tuple[str, str], Since], Sequence[Decision]]:
        following, decisions = LatencyJudge.decide(self, policy, state, observation, now)
        self._outstanding = len(decisions)
        return following, decisions

    async def actuate(self, decision: Decision) -> None:
        """Compiles once for all decisions of a cycle, after the last."""
        action = decision.action
        region = "" if action["region"] == action["usual"] else action["region"]
        at = decision.at or self.control.clock.now()
        await Measurements(self.control.database).prefer(action["scope"], action["country"], region, at)
        self._outstanding -= 1
        if self._outstanding <= 0:
            await self.control.recompile()
