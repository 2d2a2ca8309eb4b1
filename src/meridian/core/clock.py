"""Time comes in from outside, so that no decision depends on when its test runs.

Two readings, because they answer different questions: `now` is civil time for people and journals, and may jump when
a machine's clock is corrected; `monotonic` measures durations and never jumps.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Civil time, timezone-aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary origin; never goes backwards."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(slots=True)
class FakeClock:
    """A clock that a test moves by hand. `jump` moves civil time alone, as an NTP correction would."""

    at: datetime = datetime(2030, 1, 1, tzinfo=UTC)
    elapsed: float = 0.0
    _skew: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.elapsed) + self._skew

    def monotonic(self) -> float:
        return self.elapsed

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("time only advances; use jump() to move the civil clock backwards")
        self.elapsed += seconds

    def jump(self, seconds: float) -> None:
        self._skew += timedelta(seconds=seconds)
