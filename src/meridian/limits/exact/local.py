"""Exact counters for one edge by itself, where no Redis is configured: in this process's memory."""

from collections.abc import Sequence

from meridian.limits.exact.clock import StoreClock
from meridian.limits.exact.counters import Answered, Charge
from meridian.limits.exact.memory import MemoryCounters


class LocalCounters:
    def __init__(self, memory: MemoryCounters, clock: StoreClock) -> None:
        self._memory = memory
        self._clock = clock

    def take(self, charges: Sequence[Charge], answered: Answered, since: float = 0.0) -> None:
        answered(self._memory.take(charges, self._clock.now()))

    def peek(self, charges: Sequence[Charge], answered: Answered, since: float = 0.0) -> None:
        answered(self._memory.peek(charges, self._clock.now()))
