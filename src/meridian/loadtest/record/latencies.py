"""Latencies within 0.1 %, in microseconds, so that a report can be held against arithmetic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from meridian.telemetry.histogram import Histogram, Scale, scale

LARGEST = 2**36 - 1
"""Microseconds; 19 hours. What took longer counts as this."""

MICROSECONDS = scale(10, LARGEST)
"""A bucket's middle is within 0.1 % of every value in it."""


@dataclass(slots=True)
class Latencies(Histogram):
    """counts: bucket of microseconds -> how many."""

    scale: ClassVar[Scale] = MICROSECONDS

    @classmethod
    def together(cls, several: Iterable[Mapping[int, int]]) -> "Latencies":
        made = cls()
        for counts in several:
            made.merge(counts)
        return made

    def ms(self, share: float) -> float | None:
        """The nearest-rank percentile in milliseconds; None without values. share: 0 < share <= 1."""
        found = self.percentile(share)
        return None if found is None else found / 1000
