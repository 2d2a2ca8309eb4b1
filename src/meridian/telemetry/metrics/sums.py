"""Rates and shares of thousands of cells at once, from columns of sums. The same numbers as the measures give of cubes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from meridian.telemetry.history.merging import groups
from meridian.telemetry.metrics.measures import Rate
from meridian.telemetry.metrics.query import Group, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from meridian.telemetry.history.columns import Floats
    from meridian.telemetry.history.table import Table
    from meridian.telemetry.metrics.measures import Share, Values


def told_apart(measure: Rate | Share) -> tuple[str, Sequence[str]]:
    """The label, if any, whose values the measure looks at, and which ones."""
    if isinstance(measure, Rate):
        return (measure.without[0], [measure.without[1]]) if measure.without else ("", [])
    return measure.label, sorted(measure.of)


def summed(
    measure: Rate | Share,
    table: Table,
    by: Sequence[str],
    numbers: Sequence[int],
    names: Callable[[int], str],
    seconds: Callable[[int], float],
) -> Mapping[int, Values]:
    """When a step begins -> each group's value. table: rows by at least `by` and what `told_apart` names. numbers: of the words
    that it names. names: number -> word. seconds: that the step which begins then covers."""
    label, _ = told_apart(measure)
    marked = np.isin(table.labels[table.kind.place(label)], numbers) if label else np.zeros(len(table), bool)
    if isinstance(measure, Rate):
        table, marked = table.only(~marked), marked[~marked]
    if not len(table):
        return {}
    places = [table.kind.place(each) for each in by]
    first, group = groups([table.start, *(table.labels[place] for place in places)])
    many = len(first)
    if isinstance(measure, Rate):
        total: Floats = np.bincount(group, table.sums[measure.sum], many).astype(np.float64)
        upper = total * measure.per
        n: Floats = np.bincount(group, table.sums[measure.counts], many).astype(np.float64)
    else:
        upper = np.bincount(group, table.sums[0] * marked, many).astype(np.float64)
        n = np.bincount(group, table.sums[0], many).astype(np.float64)
    found: dict[int, dict[Group, Value]] = {}
    rows = zip(table.start[first].tolist(), table.labels[places][:, first].T.tolist(), strict=True)
    for (start, labels), above, count in zip(rows, upper.tolist(), n.tolist(), strict=True):
        below = max(seconds(start), 1e-9) if isinstance(measure, Rate) else count
        if below:
            found.setdefault(start, {})[tuple(map(names, labels))] = Value(above / below, count)
    return found
