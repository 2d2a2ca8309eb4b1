"""Two runs of one schedule laid side by side, second by second, for a comparison."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meridian.loadtest.outcomes import FAILED
from meridian.loadtest.record import Record, Second
from meridian.loadtest.results.lateness import spoilt
from meridian.loadtest.results.quantiles import MIDDLES

MOST_ROWS = 300
"""Longer runs are laid out in stretches of several seconds: more rows make no interval narrower."""


@dataclass(frozen=True, slots=True)
class Side:
    """One run. counts: row, column -> requests. ended, failed: by row. due: requests asked for; spoilt: those for which the
    generator was late."""

    counts: NDArray[np.float32]
    ended: NDArray[np.float32]
    failed: NDArray[np.float32]
    due: int
    spoilt: int


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
    columns = np.unique(np.concatenate([places for side in sides for places, _ in side.latencies] or [_NONE]))
    one, other = (_side(side, columns) for side in sides)
    return Pair(one, other, MIDDLES[columns], len(kept), step)


_NONE = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class _Rows:
    """latencies: by row, buckets and how many requests each adds; a bucket may come several times."""

    latencies: list[tuple[NDArray[np.int64], NDArray[np.int64]]]
    failed: list[int]
    due: int
    spoilt: int


def _rows(record: Record, seconds: list[int], step: int) -> _Rows:
    latencies, failed, due, behind = [], [], 0, 0
    for start in range(0, len(seconds), step):
        found = [record.second(place) for place in seconds[start : start + step]]
        due += sum(second.due for second in found)
        behind += sum(spoilt(second) for second in found)
        latencies.append(_latencies(found))
        failed.append(sum(second.failed() for second in found))
    return _Rows(latencies, failed, due, behind)


def _latencies(seconds: list[Second]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of what was answered as hoped or by a limit: how fast something fails is no merit, and failures are compared by
    their number."""
    cells = [
        counts for second in seconds for key, counts in second.latencies.items() if key.outcome not in FAILED
    ]
    places = [np.fromiter(cell.keys(), np.int64, len(cell)) for cell in cells]
    counts = [np.fromiter(cell.values(), np.int64, len(cell)) for cell in cells]
    return np.concatenate([_NONE, *places]), np.concatenate([_NONE, *counts])


def _side(rows: _Rows, columns: NDArray[np.int64]) -> Side:
    counts = np.zeros((len(rows.latencies), len(columns)), np.float32)
    for row, (places, n) in enumerate(rows.latencies):
        counts[row] = np.bincount(np.searchsorted(columns, places), n, minlength=len(columns))
    failed = np.array(rows.failed, np.float32)
    return Side(counts, counts.sum(axis=1) + failed, failed, rows.due, rows.spoilt)
