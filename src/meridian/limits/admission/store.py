"""Where this process counts, as the settings say: in its own memory, or through Redis. A change loses nothing that was
counted."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from meridian.limits.admission.away import effect
from meridian.limits.exact.clock import StoreClock
from meridian.limits.exact.counters import Counters
from meridian.limits.exact.line import Line
from meridian.limits.exact.local import LocalCounters
from meridian.limits.exact.memory import MemoryCounters
from meridian.limits.exact.shared import SharedCounters
from meridian.limits.exact.wire import Wire
from meridian.limits.settings import Limits

ADDRESS = "MERIDIAN_REDIS_URL"


@dataclass(slots=True)
class Store:
    """changed: called with what is wrong when the shared store goes away, and with an empty sentence when it is back. effect:
    what it means for the limits that it is away, for a person."""

    changed: Callable[[str], None]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    memory: MemoryCounters = field(default_factory=MemoryCounters)
    clock: StoreClock = field(default_factory=StoreClock)
    line: Line | None = None
    counters: Counters = field(init=False)
    effect: str = ""
    _kind: tuple[str, float] = ("memory", 0.0)

    def __post_init__(self) -> None:
        self.counters = LocalCounters(self.memory, self.clock)

    async def become(self, limits: Limits) -> None:
        """Counts as these settings say from now on."""
        self.memory.most = max(10_000, limits.expected_users) * max(1, len(limits.policies))
        self.effect = effect(limits)
        kind = (limits.counters.store, limits.counters.deadline)
        if kind == self._kind:
            return
        self._kind = kind
        former, self.line = self.line, None
        if kind[0] == "redis":
            self.line = Line(self._wire, kind[1], self.changed)
            await self.line.open()
            self.counters = SharedCounters(self.line, self.memory, self.clock)
            if self.line.away:
                self.changed(self.line.problem)
        else:
            self.counters = LocalCounters(self.memory, self.clock)
        if former is not None:
            await former.close()

    async def close(self) -> None:
        if self.line is not None:
            await self.line.close()

    @property
    def problem(self) -> str:
        """What is wrong with the shared store, or empty."""
        return self.line.problem if self.line is not None and self.line.away else ""

    def _wire(self) -> Wire:
        url = self.environment.get(ADDRESS, "")
        if not url:
            raise ValueError(f"{ADDRESS} is not set for this edge")
        from meridian.limits.exact.redis_wire import redis_wire  # see wire.py

        return redis_wire(url)
