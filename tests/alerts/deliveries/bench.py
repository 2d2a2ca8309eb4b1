"""Control without its processes, as far as deliveries need it: a real PostgreSQL, a clock that the test moves, real receivers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from meridian.alerts.deliveries import enqueue
from meridian.alerts.deliveries.controller import Deliveries
from meridian.alerts.deliveries.queue import Logged, Queue
from meridian.alerts.deliveries.sending import Sender
from meridian.config.schema.root import Config
from meridian.core.clock import FakeClock
from meridian.core.journal import MemoryJournal
from meridian.core.runner import Runner
from meridian.integrations.notice import Notice
from meridian.store.database import Database
from tests.integrations.notices import AT
from tests.support.configs import small

HANGING, PATIENT = 0.5, 20.0
"""Seconds after which a test's sender gives up on a receiver that hangs, and on one that answers, on a busy machine."""


def config(channels: dict[str, Any], **more: Any) -> Config:
    """more: settings of the `alerts` section."""
    return small(alerts={"channels": channels, **more})


@dataclass
class Bench:
    """The part of `feature.Control` that deliveries use."""

    database: Database
    policy: Config
    clock: FakeClock = field(default_factory=lambda: FakeClock(AT))
    parts: dict[type, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.journal = MemoryJournal(self.clock)
        self.deliveries = self.process()
        self.queue = Queue(self.database)
        self.runner = Runner((), self.journal, self.clock, lambda: self.policy)

    def process(self) -> Deliveries:
        """The loop of a process of control that has just started."""
        return Deliveries(self, Sender(timeout=PATIENT), chance=lambda: 1.0)  # type: ignore[arg-type]

    def config(self) -> Config:
        return self.policy

    def shared(self, kind: type, make: Callable[[], Any]) -> Any:
        return self.parts.setdefault(kind, make())

    async def tell(self, notice: Notice, *channels: str) -> None:
        async with self.database.connection() as connection:
            await enqueue(connection, notice, channels, self.clock.now())

    async def cycle(self, times: int = 1) -> None:
        """Cycles as the runner makes them, each until everything that was sent has an answer."""
        for _ in range(times):
            await self.runner.cycle(self.deliveries)
            await self.deliveries.settled()

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """A cycle, and one after each step of time."""
        await self.cycle()
        passed = 0.0
        while passed < seconds:
            self.clock.advance(step)
            passed += step
            await self.cycle()

    async def log(self, channel: str = "") -> Sequence[Logged]:
        """The oldest first."""
        return (await self.queue.log(channel=channel))[::-1]

    def sentences(self) -> list[str]:
        return [entry.sentence for entry in self.journal.entries.values()]
