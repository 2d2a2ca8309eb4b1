"""The rules' judge with its I/O, and the actuator of what people decide about alerts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from meridian.alerts.acting import act
from meridian.alerts.explaining import WITHIN
from meridian.alerts.judge import Observation, RulesJudge, State
from meridian.alerts.keeping import Keeping
from meridian.alerts.settings import Alerts
from meridian.alerts.store import Records
from meridian.alerts.watched import announce
from meridian.core.errors import InvalidInput, MeridianError
from meridian.core.ids import new_id
from meridian.telemetry.metrics import metrics_of

if TYPE_CHECKING:
    from meridian.config.schema.root import Config
    from meridian.core.decision import Decision
    from meridian.feature import Control
    from meridian.telemetry.metrics.query import Group, Metrics, Value

log = logging.getLogger(__name__)
RECENT = 200
"""Journal entries that are looked through for what explains an incident."""
TIDY = 3600.0
NOTED = 3.0
"""Seconds between two notes that the rules are judged."""


@dataclass(slots=True)
class Rules(RulesJudge):
    """_decided: the state that the last cycle decided on, until it is known whether it came into force: it does not where its
    decisions could not be journalled."""

    control: Control
    interval: float = 1.0
    ask: Callable[[Control], Metrics] = metrics_of
    _keeping: Keeping = field(init=False)
    _state: State = field(default_factory=State)
    _decided: tuple[State, bool] | None = None
    _unwritten: bool = False
    _tidied: float = -TIDY
    _noted: float = -NOTED

    def __post_init__(self) -> None:
        self._keeping = Keeping(self.control.database, new_id(self.control.clock.now()))

    def decide(
        self, policy: Config, state: State, observation: Observation, now: datetime
    ) -> tuple[State, Sequence[Decision]]:
        following, decisions = RulesJudge.decide(self, policy, state, observation, now)
        self._decided = (following, bool(decisions))
        return following, decisions

    async def observe(self) -> Observation:
        """Also writes what the last cycle changed without a decision."""
        if self._decided and not self._decided[1]:
            self._accept()
        self._decided = None
        await self._write()
        now = self.control.clock.now()
        stored = await self._keeping.read(now)
        incidents = stored.incidents if stored else tuple(self._state.incidents.values())
        unexplained = any(
            not each.cause and now - each.started < timedelta(seconds=2 * WITHIN) for each in incidents
        )
        await self._tidy(now)
        values = await self._values()
        await self._note()
        return Observation(
            values=values,
            fresh=self.ask(self.control).fresh(),
            decisions=await self.control.journal.recent(RECENT) if unexplained or self._expecting() else (),
            stored=stored,
        )

    def _expecting(self) -> bool:
        """Whether a condition is met whose time is not over: the incident that it may become says why from its first second."""
        return any(
            each.state not in ("quiet", "firing")
            for held in self._state.held.values()
            for each in held.standings.values()
        )

    async def actuate(self, decision: Decision) -> None:
        if decision.action:
            await act(self.control, decision)
            return
        self._accept()
        await self._write()

    async def _values(self) -> Mapping[str, Mapping[Group, Value]]:
        """A rule whose metric cannot be asked now stays as it is."""
        metrics = self.ask(self.control)
        found: dict[str, Mapping[Group, Value]] = {}
        for name, rule in self.control.config().section(Alerts).rules.items():
            try:
                found[name] = await metrics.now(rule.condition.query)
            except InvalidInput as error:
                log.warning("the alert rule %s cannot be judged: %s", name, error)
            except MeridianError as error:
                log.info("the alert rule %s is not judged now: %s", name, error)
        return found

    def _accept(self) -> None:
        if self._decided is None:
            return
        self._state, self._decided = self._decided[0], None
        self._unwritten = True

    async def _write(self) -> None:
        if not self._unwritten:
            return
        for incident in await self._keeping.write(self._state, self.control.clock.now()):
            announce(self.control, incident)
        self._unwritten = False

    async def _note(self) -> None:
        monotonic = self.control.clock.monotonic()
        if monotonic - self._noted >= NOTED:
            await Records(self.control.database).judge()
            self._noted = monotonic

    async def _tidy(self, now: datetime) -> None:
        monotonic = self.control.clock.monotonic()
        if monotonic - self._tidied < TIDY:
            return
        self._tidied = monotonic
        keep = self.control.config().section(Alerts).keep
        await Records(self.control.database).forget(now - timedelta(seconds=keep))
