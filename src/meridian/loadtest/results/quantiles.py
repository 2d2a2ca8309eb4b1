"""Percentiles of many histograms at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meridian.loadtest.record.latencies import MICROSECONDS
from meridian.loadtest.results.summary import Latency

MIDDLES: NDArray[np.float64] = (
    np.array([MICROSECONDS.middle(place) for place in range(MICROSECONDS.buckets)]) / 1000
)
"""Bucket -> milliseconds."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How long requests took. places: buckets, ascending. counts: how many in each."""

    places: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, counts: Mapping[int, int]) -> "Spread":
        places = np.fromiter(counts.keys(), np.int64, len(counts))
        order = np.argsort(places)
        return cls(places[order], np.fromiter(counts.values(), np.int64, len(counts))[order])

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    def ms(self, shares: Sequence[float]) -> list[float | None]:
        """The nearest-rank percentiles in milliseconds, rounded to the microsecond; None without values.
        shares: 0 < share <= 1."""
        if not len(self.places):
            return [None] * len(shares)
        reached = np.cumsum(self.counts)
        ranks = np.asarray(shares) * reached[-1] - 1e-9
        found = MIDDLES[self.places[np.searchsorted(reached, ranks)]]
        return [round(float(value), 3) for value in found]

    def mean(self) -> float | None:
        if not len(self.places):
            return None
        return round(float(MIDDLES[self.places] @ self.counts / self.counts.sum()), 3)

    def latency(self) -> Latency:
        p50, p90, p95, p99, p999, most = self.ms((0.5, 0.9, 0.95, 0.99, 0.999, 1.0))
        return {
            "p50": p50,
            "p90": p90,
            "p95": p95,
            "p99": p99,
            "p999": p999,
            "max": most,
            "mean": self.mean(),
        }
