"""Follows the rules: the judge of levels with its I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meridian.core.decision import Decision
from meridian.core.errors import MeridianError
from meridian.degradation.carrying import carry_out
from meridian.degradation.judge import DegradationJudge, Seen
from meridian.degradation.load import in_force
from meridian.degradation.plan import asked, section
from meridian.degradation.state import DegradationState, Standing
from meridian.degradation.store import Levels
from meridian.feature import Control
from meridian.telemetry.gauges import observe_gauge
from meridian.telemetry.metrics.query import Group, Metrics, Value

STATE = "degradation"
"""The feature's name, under which control holds its state."""
GAUGE = "degradation_level"


@dataclass(slots=True)
class Degrading(DegradationJudge):
    """metrics: what the rules' conditions are about."""

    control: Control
    metrics: Metrics
    interval: float = 2.0

    async def observe(self) -> Seen:
        """Also brings the edges to where the levels stand, after whatever went wrong at the last change, and tells telemetry."""
        standings = await Levels(self.control.database).all()
        await self._bring(standings)
        settings = section(self.control.config())
        if not settings.automatic:
            return Seen(standings)
        values: dict[str, Mapping[Group, Value]] = {}
        for name, rule in settings.rules.items():
            values[name] = await self.metrics.now(asked(rule).query)
        return Seen(standings, values, self.metrics.fresh())

    async def actuate(self, decision: Decision) -> None:
        await carry_out(self.control, decision)

    async def _bring(self, standings: Mapping[str, Standing]) -> None:
        config = self.control.config()
        levels = in_force(config, standings)
        for region in config.regions:
            observe_gauge(self.control, GAUGE, region, "", float(levels.of(region)))
        state = self._compiled()
        if state is not None and state != levels:
            await self.control.recompile()

    def _compiled(self) -> DegradationState | None:
        """What the edges were last compiled with; None where that is not known yet."""
        try:
            state = self.control.state(STATE)
        except MeridianError:
            return None
        return state if isinstance(state, DegradationState) else None
