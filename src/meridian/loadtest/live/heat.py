"""The latency heatmap of a run that goes on: always the same rows, so that what several shards tell adds up, and as many
columns as are drawn."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from meridian.loadtest.live.follow import SHOWN
from meridian.loadtest.record import Second
from meridian.loadtest.results.quantiles import MIDDLES, Spread
from meridian.loadtest.results.summary import Heatmap

COLUMNS = 100
PER_DECADE = 10
"""Rows of each power of ten: 26 % apart."""
BOUNDS = tuple(float(f"{10 ** (number / PER_DECADE - 1):.4g}") for number in range(6 * PER_DECADE + 1))
"""Milliseconds: 0.1 to 100,000. The last row has everything that took longer as well."""
_ROW_OF = np.minimum(np.searchsorted(BOUNDS, MIDDLES), len(BOUNDS) - 1)

Rows = NDArray[np.int64]


def rows(second: Second) -> Rows:
    """How many of its requests are in each row."""
    spread = Spread.of(second.latency().counts)
    counted: Rows = np.bincount(_ROW_OF[spread.places], spread.counts, minlength=len(BOUNDS)).astype(np.int64)
    return counted


@dataclass(slots=True)
class Heat:
    """seconds: of the whole run, which says how wide a column is: the same in all shards."""

    seconds: float
    _past: deque[tuple[int, Rows]] = field(default_factory=lambda: deque(maxlen=SHOWN))

    @property
    def step(self) -> int:
        """Seconds of a column."""
        return max(1, math.ceil(min(self.seconds, SHOWN) / COLUMNS))

    def add(self, at: int, second: Second) -> None:
        """One that does not change any more, in order of time."""
        self._past.append((at, rows(second)))

    def told(self, young: Sequence[tuple[int, Rows]]) -> Heatmap:
        """young: seconds that may change still."""
        columns: dict[int, Rows] = {}
        for at, counted in [*self._past, *young][-SHOWN:]:
            start = at - at % self.step
            known = columns.get(start)
            columns[start] = counted if known is None else known + counted
        return {
            "at": list(columns),
            "step": self.step,
            "bounds_ms": list(BOUNDS),
            "counts": [[int(n) for n in counted] for counted in columns.values()],
        }
