"""Adds up rows of a table that are alike in the labels that count: sums are added, maxima kept, histograms added bucket by
bucket, distinct counts united. In any order, in any parts, with the same result. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from meridian.telemetry.distinct import Distinct
from meridian.telemetry.histogram import LARGEST, bucket
from meridian.telemetry.history.columns import Floats, Ints
from meridian.telemetry.history.table import Table, joined
from meridian.telemetry.kinds import Kind

BUCKETS = bucket(LARGEST) + 1
_DENSE = 4_000_000
"""Bins that are counted in one go; more are sorted first."""
_ROOM = 2**62


def merged(table: Table, step: int, keep: Iterable[int] | None = None) -> Table:
    """A row for each step of time and each combination of the labels at the places `keep` (none: all); the others become 0.
    Ordered by time."""
    if not len(table):
        return table
    places = range(len(table.labels)) if keep is None else sorted(set(keep))
    labels = np.zeros_like(table.labels)
    for place in places:
        labels[place] = table.labels[place]
    start = table.start // step * step
    first, group = groups([start, *(labels[place] for place in places)])
    many = len(first)
    if many == len(table) and np.array_equal(first, np.arange(many)):
        # Nothing to add up, as when a step is one window.
        return replace(table, start=start, labels=labels)
    made = Table(table.kind, start[first], labels[:, first], _sums(table, group, many))
    if len(table.lengths):
        made.lengths, made.buckets, made.counts = _histograms(table, group, many)
    if table.distinct:
        made.distinct = _united(table.distinct, group, many)
    return made


def merged_all(kind: Kind, tables: Iterable[Table], step: int, keep: Iterable[int] | None = None) -> Table:
    """The same over several, each merged by itself first, so that only what is left of them is held together."""
    return merged(joined(kind, [merged(each, step, keep) for each in tables if len(each)]), step, keep)


def groups(columns: Sequence[Ints]) -> tuple[Ints, Ints]:
    """The first row of each combination, in the order of the columns; and each row's combination. There is at least one row."""
    key, room = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        least = int(column.min())
        wide = int(column.max()) - least + 1
        if room * wide > _ROOM:
            found, key = np.unique(key, return_inverse=True)
            room = len(found)
        key, room = key * wide + (column - least), room * wide
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    return first, group


def _sums(table: Table, group: Ints, many: int) -> Floats:
    made = np.zeros((len(table.sums), many))
    for place, values in enumerate(table.sums):
        if table.kind.sums[place] in table.kind.maxima:
            made[place] = -np.inf
            np.maximum.at(made[place], group, values)
        else:
            made[place] = np.bincount(group, values, many)
    return made


def _histograms(table: Table, group: Ints, many: int) -> tuple[Ints, Ints, Ints]:
    keys = np.repeat(group * BUCKETS, table.lengths) + table.buckets
    if many * BUCKETS <= _DENSE:
        counts = np.bincount(keys, table.counts, many * BUCKETS)
        places = np.flatnonzero(counts)
        counts = counts[places]
    else:
        places, inverse = np.unique(keys, return_inverse=True)
        counts = np.bincount(inverse, table.counts, len(places))
    return np.bincount(places // BUCKETS, minlength=many), places % BUCKETS, counts.astype(np.int64)


def _united(sketches: Sequence[bytes], group: Ints, many: int) -> list[bytes]:
    members: list[list[bytes]] = [[] for _ in range(many)]
    for place, sketch in zip(group.tolist(), sketches, strict=True):
        members[place].append(sketch)
    return [each[0] if len(each) == 1 else Distinct.united(each).to_bytes() for each in members]
