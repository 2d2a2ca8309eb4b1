"""Two runs of one schedule laid side by side, second by second, for a comparison."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meridian.loadtest.outcomes import FAILED
from meridian.loadtest.record import Record, Second
from meridian.loadtest.results.lateness import late
from meridian.loadtest.results.quantiles import MIDDLES

MOST_ROWS = 300
"""Longer runs are laid out in stretches of several seconds: more rows make no interval narrower."""


@dataclass(frozen=True, slots=True)
class Side:
    """One run. counts: row, column -> requests. ended, failed: by row. late: how many of its seconds were."""

    counts: NDArray[np.float32]
    ended: NDArray[np.float32]
    failed: NDArray[np.float32]
    late: int


@dataclass(frozen=True, slots=True)
class Pair:
    """ms: by column, the latency that it stands for, ascending. seconds: compared. step: seconds in a row."""

    before: Side
    after: Side
    ms: NDArray[np.float64]
    seconds: int
    step: int


def pair(before: Record, after: Record, seconds: list[int]) -> Pair:
    """seconds: those to compare. Rows that are not full are left out."""
    step = max(1, math.ceil(len(seconds) / MOST_ROWS))
    rows = len(seconds) // step
    kept = seconds[: rows * step]
    sides = [_rows(record, kept, step) for record in (before, after)]
    columns = np.array(sorted({place for side in sides for row in side[0] for place in row}), np.int64)
    one, other = (_side(side, columns) for side in sides)
    return Pair(one, other, MIDDLES[columns], len(kept), step)


_Rows = tuple[list[dict[int, int]], list[int], int]


def _rows(record: Record, seconds: list[int], step: int) -> _Rows:
    """Latencies and failures by row, and how many seconds were late."""
    latencies, failed, behind = [], [], 0
    for start in range(0, len(seconds), step):
        found = [record.second(place) for place in seconds[start : start + step]]
        behind += sum(late(second) for second in found)
        latencies.append(_latencies(found))
        failed.append(sum(second.failed() for second in found))
    return latencies, failed, behind


def _latencies(seconds: list[Second]) -> dict[int, int]:
    """Of what was answered as hoped or by a limit: how fast something fails is no merit, and its number is compared by
    itself."""
    together: dict[int, int] = {}
    for second in seconds:
        for key, counts in second.latencies.items():
            if key.outcome not in FAILED:
                _add(together, counts)
    return together


def _add(mine: dict[int, int], counts: Mapping[int, int]) -> None:
    for place, n in counts.items():
        mine[place] = mine.get(place, 0) + n


def _side(rows: _Rows, columns: NDArray[np.int64]) -> Side:
    latencies, failures, behind = rows
    counts = np.zeros((len(latencies), len(columns)), np.float32)
    for row, found in enumerate(latencies):
        places = np.fromiter(found.keys(), np.int64, len(found))
        counts[row, np.searchsorted(columns, places)] = np.fromiter(found.values(), np.float32, len(found))
    failed = np.array(failures, np.float32)
    return Side(counts, counts.sum(axis=1) + failed, failed, behind)
