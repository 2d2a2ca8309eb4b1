"""The count of flows that are due by a moment of a run.

It is exact and so is its inverse: a phase's rate is linear, its count quadratic.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from meridian.loadtest.scenario.phases import Phase


class Count:
    """How many flows are due by each moment, as a number with fractions; and when so many are."""

    def __init__(self, phases: Sequence[Phase]) -> None:
        parts = list(_parts(phases))
        self._starts = np.array([part[0] for part in parts])
        self._lengths = np.array([part[1] for part in parts])
        self._rates = np.array([part[2] for part in parts])
        ends = np.array([part[3] for part in parts])
        self._slopes = (ends - self._rates) / self._lengths
        counts = (self._rates + ends) / 2 * self._lengths
        self._before = np.concatenate([[0.0], np.cumsum(counts)])
        self.total = float(self._before[-1])

    def by(self, at: float) -> float:
        """at: seconds after the start."""
        part = max(0, int(np.searchsorted(self._starts, at, side="right")) - 1)
        inside = min(max(at - self._starts[part], 0.0), self._lengths[part])
        return float(self._before[part] + inside * (self._rates[part] + self._slopes[part] * inside / 2))

    def when(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds after the start at which each count, below `total`, is reached.

        The root of rate * t + slope / 2 * t^2 = count, in the form that loses no digits where the slope is small or the rate
        is zero."""
        part = np.searchsorted(self._before, counts, side="right") - 1
        part = np.minimum(part, len(self._starts) - 1)
        rate, slope = self._rates[part], self._slopes[part]
        missing = counts - self._before[part]
        root = rate + np.sqrt(np.maximum(rate * rate + 2 * slope * missing, 0.0))
        inside = np.divide(2 * missing, root, out=np.zeros_like(missing), where=root > 0)
        moments: NDArray[np.float64] = self._starts[part] + np.minimum(inside, self._lengths[part])
        return moments


def _parts(phases: Sequence[Phase]) -> Iterator[tuple[float, float, float, float]]:
    """Start, length, and the rates at the beginning and the end of each part."""
    for phase in phases:
        length = (phase.end - phase.start) / len(phase.rates)
        for number, (one, other) in enumerate(phase.rates):
            yield phase.start + number * length, length, one, other
