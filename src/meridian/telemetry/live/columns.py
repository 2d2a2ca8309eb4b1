"""Cubes as columns: many windows add up with a few calls of numpy, where adding cells one by one would take a core.

Labels are numbered once (`Keys`); a block then holds the numbers of its cells, a row of sums for each, and its histograms as one
sorted list of (cell, bucket) with counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from meridian.telemetry.cube import ANY, Cell, Cube, Labels
from meridian.telemetry.distinct import Distinct
from meridian.telemetry.histogram import LARGEST, Histogram, bucket
from meridian.telemetry.kinds import OTHER, Kind

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BUCKETS = bucket(LARGEST) + 1
"""Of a histogram."""
DENSE = 400_000
"""Histogram places up to which counts are added up in an array with one entry for each; sorting takes longer."""


@dataclass(frozen=True, slots=True)
class Block:
    """cells: numbers of its keys, ascending. sums: a row for each. codes: key * BUCKETS + bucket, ascending; counts: how many.
    distinct: key -> its sketch."""

    cells: Ints
    sums: Floats
    codes: Ints
    counts: Floats
    distinct: Mapping[int, Distinct] = field(default_factory=dict)


class Grouping:
    """One way to group keys: `by` labels, among those that `where` wants. Groups keep their numbers while keys are added."""

    def __init__(self, keys: "Keys", by: Sequence[str], where: Mapping[str, frozenset[str]]) -> None:
        """Raises KeyError for a label that the kind does not have."""
        self._keys = keys
        self._places = [(keys.kind.place(label), values) for label, values in where.items()]
        self._kept = {keys.kind.place(label) for label in by}
        self._numbers: dict[Labels, int] = {}
        self._of = np.empty(0, dtype=np.int64)
        self.labels: list[Labels] = []
        """Of each group."""

    def of(self) -> Ints:
        """The group of each key, or -1."""
        known, labels = len(self._of), self._keys.labels
        if known < len(labels):
            more = [self._group(each) for each in labels[known:]]
            self._of = np.concatenate([self._of, np.array(more, dtype=np.int64)])
        return self._of

    def _group(self, labels: Labels) -> int:
        if not all(labels[place] in values for place, values in self._places):
            return -1
        group = tuple(value if place in self._kept else ANY for place, value in enumerate(labels))
        number = self._numbers.setdefault(group, len(self._numbers))
        if number == len(self.labels):
            self.labels.append(group)
        return number


class Keys:
    """Numbers for the label combinations of one kind; beyond `most`, all new ones are one ("other")."""

    def __init__(self, kind: Kind, most: int) -> None:
        self.kind = kind
        self.most = most
        self.labels: list[Labels] = []
        self._numbers: dict[Labels, int] = {}

    def known(self, labels: Labels) -> int | None:
        return self._numbers.get(labels)

    def number(self, labels: Labels) -> int:
        found = self._numbers.get(labels)
        if found is not None:
            return found
        if self.full and labels[0] != OTHER:
            return self.number((OTHER,) * len(labels))
        self._numbers[labels] = number = len(self.labels)
        self.labels.append(labels)
        return number

    @property
    def full(self) -> bool:
        return len(self.labels) >= self.most


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
            distinct[key] = one([*filter(None, [distinct.get(key)]), cell.distinct])
    wide = len(keys.kind.sums)
    return Block(
        np.array(cells, dtype=np.int64),
        np.array(sums, dtype=np.float64).reshape(len(cells), wide),
        np.array(codes, dtype=np.int64),
        np.array(counts, dtype=np.float64),
        distinct,
    )


def together(kind: Kind, blocks: Sequence[Block]) -> Block:
    """All of them in one, not added up: a key may stand in it several times."""
    if len(blocks) == 1:
        return blocks[0]
    if not blocks:
        none = np.array([], dtype=np.int64)
        return Block(none, np.empty((0, len(kind.sums))), none, np.array([], dtype=np.float64))
    return Block(
        np.concatenate([each.cells for each in blocks]),
        np.concatenate([each.sums for each in blocks]),
        np.concatenate([each.codes for each in blocks]),
        np.concatenate([each.counts for each in blocks]),
        _unions(blocks),
    )


def merged(kind: Kind, blocks: Sequence[Block]) -> Block:
    """All of them added up."""
    whole = together(kind, blocks)
    cells, sums = _sums(kind, whole.cells, whole.sums)
    codes, counts = _counts(whole.codes, whole.counts)
    return Block(cells, sums, codes, counts, whole.distinct)


def grouped(kind: Kind, grouping: Grouping, whole: Block, sketches: bool = True) -> Block:
    """The same by groups: its cells are numbers of groups. sketches: without them it has sums only, which is much faster."""
    of = grouping.of()
    cells = of[whole.cells]
    inside = cells >= 0
    found, sums = _sums(kind, cells[inside], whole.sums[inside])
    if not sketches:
        return Block(found, sums, whole.codes[:0], whole.counts[:0])
    codes = of[whole.codes // BUCKETS]
    counted = codes >= 0
    places, counts = _counts(codes[counted] * BUCKETS + whole.codes[counted] % BUCKETS, whole.counts[counted])
    several: dict[int, list[Distinct]] = {}
    for key, sketch in whole.distinct.items():
        if (group := int(of[key])) >= 0:
            several.setdefault(group, []).append(sketch)
    return Block(found, sums, places, counts, {group: one(each) for group, each in several.items()})


def cube(kind: Kind, labels: Sequence[Labels], whole: Block) -> Cube:
    """A block that is added up, as a cube. labels: of each of its cells' numbers."""
    made = Cube(kind)
    for number, row in zip(whole.cells.tolist(), whole.sums.tolist(), strict=True):
        cell = made.cells[labels[number]] = Cell(row)
        if kind.sketch == "histogram":
            cell.histogram = Histogram()
        if kind.sketch == "distinct":
            cell.distinct = whole.distinct.get(number) or Distinct()
    for code, count in zip(whole.codes.tolist(), whole.counts.tolist(), strict=True):
        histogram = made.cells[labels[code // BUCKETS]].histogram
        assert histogram is not None
        histogram.counts[code % BUCKETS] = int(count)
    return made


def renumbered(old: Block, number: Ints) -> Block:
    """A block whose keys have new numbers. number: the new one of each old one."""
    cells = number[old.cells]
    codes = number[old.codes // BUCKETS] * BUCKETS + old.codes % BUCKETS
    distinct: dict[int, Distinct] = {}
    for key, sketch in old.distinct.items():
        new = int(number[key])
        distinct[new] = one([*filter(None, [distinct.get(new)]), sketch])
    return Block(cells, old.sums, codes, old.counts, distinct)


def _sums(kind: Kind, cells: Ints, sums: Floats) -> tuple[Ints, Floats]:
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


def _counts(codes: Ints, counts: Floats) -> tuple[Ints, Floats]:
    """The counts of equal codes added up."""
    if len(codes) and int(codes.max()) < DENSE:
        dense: Floats = np.bincount(codes, weights=counts).astype(np.float64)
        found: Ints = np.flatnonzero(dense)
        return found, dense[found]
    unique, places = np.unique(codes, return_inverse=True)
    added: Floats = np.bincount(places, weights=counts, minlength=len(unique)).astype(np.float64)
    return unique, added


def _unions(blocks: Iterable[Block]) -> dict[int, Distinct]:
    several: dict[int, list[Distinct]] = {}
    for each in blocks:
        for key, sketch in each.distinct.items():
            several.setdefault(key, []).append(sketch)
    return {key: one(found) for key, found in several.items()}


def one(sketches: Sequence[Distinct]) -> Distinct:
    """All of them together; there is at least one."""
    return sketches[0] if len(sketches) == 1 else Distinct.union(sketches)
