"""Percentiles and means of thousands of histograms at once, from columns of buckets and counts. Pure.

The same numbers as `Histogram` gives, to the last bit (of sums below 2^52 ms). A month's panel has half a million buckets, which
one after the other take half a second.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from meridian.telemetry.histogram import LARGEST, bucket, middle
from meridian.telemetry.metrics.measures import Percentile
from meridian.telemetry.metrics.query import Group, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from meridian.telemetry.history.columns import Floats, Ints
    from meridian.telemetry.history.table import Table
    from meridian.telemetry.metrics.measures import Mean, Values


def measured(
    measure: Percentile | Mean, table: Table, by: Sequence[str], names: Callable[[int], str]
) -> Mapping[int, Values]:
    """When a step begins -> each group's value. table: a row for each step and group. names: number -> word."""
    filled = np.flatnonzero(table.lengths)
    if not len(filled):
        return {}
    ends = np.cumsum(table.lengths)[filled]
    begins = ends - table.lengths[filled]
    summed = np.cumsum(table.counts)
    before = summed[begins] - table.counts[begins]
    totals = summed[ends - 1] - before
    if isinstance(measure, Percentile):
        values = _percentiles(measure.share, table.buckets, summed, before, begins, totals)
    else:
        known = totals > 0
        added = np.add.reduceat(_middles()[table.buckets] * table.counts, begins)
        filled, totals = filled[known], totals[known]
        values = added[known] / totals
    found: dict[int, dict[Group, Value]] = {}
    places = [table.kind.place(label) for label in by]
    rows = zip(table.start[filled].tolist(), table.labels[:, filled].T.tolist(), strict=True)
    for (start, labels), value, n in zip(rows, values.tolist(), totals.tolist(), strict=True):
        found.setdefault(start, {})[tuple(names(labels[place]) for place in places)] = Value(value, n)
    return found


def _percentiles(
    share: float, buckets: Ints, summed: Ints, before: Ints, begins: Ints, totals: Ints
) -> Floats:
    """Nearest rank. In whole numbers, as sums over all rows are too large for fractions to survive."""
    ranks = np.ceil(share * totals - 1e-9).astype(np.int64)
    found = np.maximum(np.searchsorted(summed, before + ranks), begins)
    values: Floats = _middles()[buckets[found]]
    return values


@cache
def _middles() -> Floats:
    """Of each bucket: multiples of a half, so that sums are exact in any order."""
    return np.array([middle(each) for each in range(bucket(LARGEST) + 1)])
