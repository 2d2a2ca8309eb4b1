"""Cubes as columns: many windows add up with a few calls of numpy, where adding cells one by one would take a core.

Labels are numbered once (`Keys`); a block then holds the numbers of its cells, a row of sums for each, and its histograms as one
sorted list of (cell, bucket) with counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from meridian.telemetry.cube import ANY, Cell, Cube, Labels, Where
from meridian.telemetry.distinct import Distinct
from meridian.telemetry.histogram import LARGEST, Histogram, bucket
from meridian.telemetry.kinds import OTHER, Kind

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BUCKETS = bucket(LARGEST) + 1
"""Of a histogram."""
QUESTIONS = 256
"""Groupings whose answer (which key is in which group) is kept."""


@dataclass(frozen=True, slots=True)
class Block:
    """cells: numbers of its keys, ascending. sums: a row for each. codes: key * BUCKETS + bucket, ascending; counts: how many.
    distinct: key -> its sketch."""

    cells: Ints
    sums: Floats
    codes: Ints
    counts: Floats
    distinct: Mapping[int, Distinct] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Groups:
    """of: the group of each key, or -1. labels: of each group."""

    of: Ints
    labels: Sequence[Labels]


class Keys:
    """Numbers for the label combinations of one kind; beyond `most`, all new ones are one ("other")."""

    def __init__(self, kind: Kind, most: int) -> None:
        self.kind = kind
        self.most = most
        self.labels: list[Labels] = []
        self._numbers: dict[Labels, int] = {}
        self._groups: dict[Any, Groups] = {}

    def number(self, labels: Labels) -> int:
        found = self._numbers.get(labels)
        if found is not None:
            return found
        if len(self.labels) >= self.most and labels[0] != OTHER:
            return self.number((OTHER,) * len(labels))
        self._numbers[labels] = number = len(self.labels)
        self.labels.append(labels)
        return number

    @property
    def full(self) -> bool:
        return len(self.labels) >= self.most

    def groups(self, by: Sequence[str], where: Where | None) -> Groups:
        """Raises KeyError for a label that the kind does not have."""
        wanted = {label: frozenset(values) for label, values in (where or {}).items()}
        question = (tuple(by), frozenset(wanted.items()))
        known = self._groups.pop(question, None)
        if known is None or len(known.of) != len(self.labels):
            known = self._grouped(tuple(by), wanted)
        self._groups[question] = known
        if len(self._groups) > QUESTIONS:
            del self._groups[next(iter(self._groups))]
        return known

    def _grouped(self, by: Sequence[str], wanted: Mapping[str, frozenset[str]]) -> Groups:
        places = [(self.kind.place(label), values) for label, values in wanted.items()]
        kept = {self.kind.place(label) for label in by}
        found: dict[Labels, int] = {}
        of = np.full(len(self.labels), -1, dtype=np.int64)
        for number, labels in enumerate(self.labels):
            if all(labels[place] in values for place, values in places):
                group = tuple(value if place in kept else ANY for place, value in enumerate(labels))
                of[number] = found.setdefault(group, len(found))
        return Groups(of, list(found))


def block(keys: Keys, cube: Cube) -> Block:
    """A cube as a block; its sketches are shared with it, not copied."""
    number = keys.number
    cells: list[int] = []
    sums: list[Sequence[float]] = []
    codes: list[int] = []
    counts: list[int] = []
    distinct: dict[int, Distinct] = {}
    for labels, cell in cube.cells.items():
        key = number(labels)
        cells.append(key)
        sums.append(cell.sums)
        if cell.histogram is not None:
            base = key * BUCKETS
            codes.extend([base + place for place in cell.histogram.counts])
            counts.extend(cell.histogram.counts.values())
        if cell.distinct is not None:
            distinct[key] = _union(distinct.get(key), cell.distinct)
    wide = len(keys.kind.sums)
    return Block(
        np.array(cells, dtype=np.int64),
        np.array(sums, dtype=np.float64).reshape(len(cells), wide),
        np.array(codes, dtype=np.int64),
        np.array(counts, dtype=np.float64),
        distinct,
    )


def merged(kind: Kind, blocks: Sequence[Block]) -> Block:
    """All of them added up."""
    if len(blocks) == 1:
        return blocks[0]
    if not blocks:
        return Block(*_nothing(kind))
    cells, sums = _added(
        kind, np.concatenate([each.cells for each in blocks]), np.concatenate([each.sums for each in blocks])
    )
    codes, places = np.unique(np.concatenate([each.codes for each in blocks]), return_inverse=True)
    counts = np.bincount(
        places, weights=np.concatenate([each.counts for each in blocks]), minlength=len(codes)
    )
    return Block(cells, sums, codes, counts, _unions(blocks))


def answered(keys: Keys, blocks: Sequence[Block], by: Sequence[str], where: Where | None) -> Cube:
    """As `merged(blocks).grouped(by, where)` of cubes. Raises KeyError for a label that the kind does not have."""
    kind, groups = keys.kind, keys.groups(by, where)
    whole = merged(kind, blocks)
    made = Cube(kind)
    if not groups.labels or not len(whole.cells):
        return made
    of = groups.of[whole.cells]
    inside = of >= 0
    cells, sums = _added(kind, of[inside], whole.sums[inside])
    for group, row in zip(cells.tolist(), sums.tolist(), strict=True):
        made.cells[groups.labels[group]] = Cell(row)
    if kind.sketch == "histogram":
        _histograms(made, groups, whole)
    if kind.sketch == "distinct":
        _distinct(made, groups, whole)
    return made


def renumbered(kind: Kind, keys: Keys, number: Ints, old: Block) -> Block:
    """A block whose keys have new numbers. number: the new one of each old one."""
    cells = number[old.cells]
    codes = number[old.codes // BUCKETS] * BUCKETS + old.codes % BUCKETS
    distinct: dict[int, Distinct] = {}
    for key, sketch in old.distinct.items():
        new = int(number[key])
        distinct[new] = _union(distinct.get(new), sketch)
    return Block(cells, old.sums, codes, old.counts, distinct)


def _histograms(made: Cube, groups: Groups, whole: Block) -> None:
    for cell in made.cells.values():
        cell.histogram = Histogram()
    of = groups.of[whole.codes // BUCKETS]
    inside = of >= 0
    codes, places = np.unique(of[inside] * BUCKETS + whole.codes[inside] % BUCKETS, return_inverse=True)
    counts = np.bincount(places, weights=whole.counts[inside], minlength=len(codes))
    for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
        histogram = made.cells[groups.labels[code // BUCKETS]].histogram
        assert histogram is not None
        histogram.counts[code % BUCKETS] = int(count)


def _distinct(made: Cube, groups: Groups, whole: Block) -> None:
    several: dict[int, list[Distinct]] = {}
    for key, sketch in whole.distinct.items():
        if (group := int(groups.of[key])) >= 0:
            several.setdefault(group, []).append(sketch)
    for group, sketches in several.items():
        made.cell(groups.labels[group]).distinct = Distinct.union(sketches)


def _added(kind: Kind, cells: Ints, sums: Floats) -> tuple[Ints, Floats]:
    """The rows of equal cells added up (or, for maxima, the largest)."""
    unique, places = np.unique(cells, return_inverse=True)
    made = np.empty((len(unique), len(kind.sums)))
    for column, name in enumerate(kind.sums):
        if name in kind.maxima:
            made[:, column] = -np.inf
            np.maximum.at(made[:, column], places, sums[:, column])
        else:
            made[:, column] = np.bincount(places, weights=sums[:, column], minlength=len(unique))
    return unique, made


def _unions(blocks: Iterable[Block]) -> dict[int, Distinct]:
    several: dict[int, list[Distinct]] = {}
    for each in blocks:
        for key, sketch in each.distinct.items():
            several.setdefault(key, []).append(sketch)
    return {key: found[0] if len(found) == 1 else Distinct.union(found) for key, found in several.items()}


def _union(known: Distinct | None, more: Distinct) -> Distinct:
    return more if known is None else Distinct.union((known, more))


def _nothing(kind: Kind) -> tuple[Ints, Floats, Ints, Floats]:
    none = np.array([], dtype=np.int64)
    return none, np.empty((0, len(kind.sums))), none, np.array([], dtype=np.float64)
