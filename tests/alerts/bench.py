"""Control without its processes: a real PostgreSQL, a clock that the test moves, and metrics that the test sets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from meridian.alerts.controller import Rules
from meridian.alerts.incidents import Incident
from meridian.alerts.settings import Alerts
from meridian.alerts.store import Records
from meridian.config.schema.root import Config
from meridian.core.clock import FakeClock
from meridian.core.decision import Decision
from meridian.core.errors import InvalidInput, Unavailable
from meridian.core.runner import Runner
from meridian.store.database import Database
from meridian.store.journal import PostgresJournal
from meridian.telemetry.metrics.query import Group, Query, Range, Value
from tests.alerts.policy import policy


@dataclass
class Dial:
    """Metrics that read what the test sets, by rule. broken: rules whose metric cannot be asked."""

    rules: Mapping[str, Any]
    values: Mapping[str, Mapping[Group, float]] = field(default_factory=dict)
    covers: bool = True
    broken: dict[str, Exception] = field(default_factory=dict)

    async def now(self, query: Query) -> Mapping[Group, Value]:
        name = next(name for name, rule in self.rules.items() if rule.condition.query == query)
        if name in self.broken:
            raise self.broken[name]
        return {group: Value(value, 1000.0) for group, value in self.values.get(name, {}).items()}

    def fresh(self) -> bool:
        return self.covers

    async def range(self, query: Query, since: datetime, until: datetime, step: int | None = None) -> Range:
        raise InvalidInput("nobody asks this of a dial")


@dataclass
class Bench:
    """The part of `feature.Control` that alerts use, and a runner that runs their controller."""

    database: Database
    policy: Config = field(default_factory=policy)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.journal = PostgresJournal(self.database, self.clock)
        self.dial = Dial(self.policy.section(Alerts).rules)
        self._shared: dict[type, Any] = {}
        self.restart()

    def restart(self) -> None:
        """Another process takes over, with nothing in memory."""
        self.rules = Rules(self, ask=lambda control: self.dial)  # type: ignore[arg-type, return-value]
        self.runner = Runner([self.rules], self.journal, self.clock, self.config)

    def config(self) -> Config:
        return self.policy

    def starting(self) -> str:
        return ""

    def shared(self, kind: type, make: Any) -> Any:
        return self._shared.setdefault(kind, make())

    async def run(self, values: Mapping[str, Mapping[Group, float]], seconds: int, step: int = 1) -> None:
        """So long, in cycles of `step` seconds."""
        self.dial.values = values
        for _ in range(0, seconds, step):
            self.clock.advance(step)
            try:
                await self.runner.cycle(self.rules)
            except Unavailable:
                continue  # as the runner's loop does: it is tried again a second later

    async def incidents(self, which: Any = "open") -> tuple[Incident, ...]:
        return await Records(self.database).incidents(which)

    async def decisions(self) -> Sequence[Decision]:
        """The oldest first."""
        return list(reversed(await self.journal.recent(500)))

    async def notices(self) -> list[tuple[str, str, str]]:
        """Channel, event and title of what is to be sent, in order."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT channel, event, notice->>'title' AS title FROM alert_delivery ORDER BY sequence"
            )
            return [(row["channel"], row["event"], row["title"]) for row in await cursor.fetchall()]
