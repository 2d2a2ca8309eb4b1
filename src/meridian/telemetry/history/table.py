"""Cubes as columns of numbers: a month of them is merged in milliseconds, where dictionaries would take minutes.

A row is a cell at one time. Labels are numbers of words (`words`), histograms one long run of buckets and counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from meridian.telemetry.cube import Cell, Cube
from meridian.telemetry.distinct import Distinct
from meridian.telemetry.histogram import Histogram
from meridian.telemetry.history.columns import AS_IS, Floats, Ints, pack, unpack
from meridian.telemetry.kinds import Kind

MOST = 2**40
"""A count beyond is no count: sums of a month must stay exact."""
_NONE: Ints = np.zeros(0, np.int64)


@dataclass(slots=True)
class Table:
    """Of n rows. start: (n,). labels: (labels, n). sums: (sums, n). lengths: (n,), how many buckets each row's histogram has;
    buckets and counts: those of all rows, one after the other. distinct: each row's sketch, in bytes."""

    kind: Kind
    start: Ints
    labels: Ints
    sums: Floats
    lengths: Ints = field(default_factory=lambda: _NONE)
    buckets: Ints = field(default_factory=lambda: _NONE)
    counts: Ints = field(default_factory=lambda: _NONE)
    distinct: Sequence[bytes] = ()

    def __len__(self) -> int:
        return len(self.start)

    def only(self, wanted: NDArray[np.bool_]) -> "Table":
        """The rows at which `wanted` (n,) is true."""
        if wanted.all():
            return self
        entries = np.repeat(wanted, self.lengths) if len(self.lengths) else slice(0)
        return Table(
            self.kind,
            self.start[wanted],
            self.labels[:, wanted],
            self.sums[:, wanted],
            self.lengths[wanted] if len(self.lengths) else self.lengths,
            self.buckets[entries],
            self.counts[entries],
            [each for each, want in zip(self.distinct, wanted.tolist(), strict=True) if want]
            if self.distinct
            else (),
        )

    def plain(self) -> "Table":
        """Without histograms and sketches."""
        return Table(self.kind, self.start, self.labels, self.sums)


def from_cube(start: int, cube: Cube, ids: Mapping[str, int]) -> Table:
    """ids: word -> number, of all labels in the cube. Raises ValueError for a count that is none."""
    kind, cells = cube.kind, list(cube.cells.items())
    n = len(cells)
    table = Table(
        kind,
        np.full(n, start, np.int64),
        np.array([[ids[word] for word in labels] for labels, _ in cells], np.int64)
        .reshape(n, len(kind.labels))
        .T,
        np.array([cell.sums for _, cell in cells], np.float64).reshape(n, len(kind.sums)).T,
    )
    if kind.sketch == "distinct":
        table.distinct = [(cell.distinct or Distinct()).to_bytes() for _, cell in cells]
    if kind.sketch == "histogram":
        each = [sorted(cell.histogram.counts.items()) if cell.histogram else [] for _, cell in cells]
        flat = [number for pairs in each for pair in pairs for number in pair]
        if flat and max(flat) > MOST:
            raise ValueError(f"a count of {max(flat)} in one window is none")
        both = np.array(flat, np.int64)
        table.lengths = np.array([len(pairs) for pairs in each], np.int64)
        table.buckets, table.counts = both[::2], both[1::2]
    return table


def cubes(table: Table, names: Callable[[int], str]) -> dict[int, Cube]:
    """By start, in order. names: number -> word."""
    found: dict[int, Cube] = {}
    ends = np.cumsum(table.lengths).tolist() if len(table.lengths) else [0] * len(table)
    buckets, counts = table.buckets.tolist(), table.counts.tolist()
    begin = 0
    for row, (start, labels, sums) in enumerate(
        zip(table.start.tolist(), table.labels.T.tolist(), table.sums.T.tolist(), strict=True)
    ):
        cell = Cell(sums)
        if table.kind.sketch == "histogram":
            end = ends[row]
            cell.histogram = Histogram(dict(zip(buckets[begin:end], counts[begin:end], strict=True)))
            begin = end
        elif table.kind.sketch == "distinct":
            cell.distinct = Distinct.from_bytes(table.distinct[row]) if table.distinct else Distinct()
        cube = found.setdefault(start, Cube(table.kind))
        cube.cells[tuple(map(names, labels))] = cell
    return found


def encode(table: Table) -> tuple[bytes, bytes]:
    """The cells and the sketches of one window, whose start they do not say."""
    cells = pack([*table.labels, *table.sums])
    if not len(table.lengths) and not table.distinct:
        return cells, b""
    if table.kind.sketch == "histogram":
        return cells, pack([table.lengths, _steps(table), table.counts])
    if table.kind.sketch == "distinct":
        sizes = np.array([len(each) for each in table.distinct], np.int64)
        return cells, pack([sizes, np.frombuffer(b"".join(table.distinct), np.uint8)], AS_IS)
    return cells, b""


def decode(kind: Kind, blocks: Sequence[tuple[int, bytes, bytes | None]]) -> Table:
    """One table of all blocks: start, cells, sketches, which all have or none. Raises ValueError for a damaged one."""
    if not blocks:
        return _empty(kind)
    columns = list(unpack([cells for _, cells, _ in blocks]))
    many, labels = columns[0].sizes, len(kind.labels)
    table = Table(
        kind,
        np.repeat(np.array([start for start, _, _ in blocks], np.int64), many),
        np.stack([column.ints for column in columns[:labels]]),
        np.array([column.values for column in columns[labels:]], np.float64).reshape(-1, sum(many)),
    )
    sketches = [each for _, _, each in blocks if each]
    if sketches and kind.sketch == "histogram":
        lengths, steps, counts = unpack(sketches)
        table.lengths, table.counts = lengths.ints, counts.ints
        table.buckets = _summed(steps.ints, table.lengths)
    if sketches and kind.sketch == "distinct":
        sizes, raw = unpack(sketches)
        ends, packed = np.cumsum(sizes.ints).tolist(), raw.values.tobytes()
        table.distinct = [packed[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
    return table


def joined(kind: Kind, parts: Sequence[Table]) -> Table:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return _empty(kind)
    return Table(
        kind,
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.labels for part in parts], axis=1),
        np.concatenate([part.sums for part in parts], axis=1),
        np.concatenate([part.lengths for part in parts]),
        np.concatenate([part.buckets for part in parts]),
        np.concatenate([part.counts for part in parts]),
        [sketch for part in parts for sketch in part.distinct],
    )


def _empty(kind: Kind) -> Table:
    return Table(kind, _NONE, np.zeros((len(kind.labels), 0), np.int64), np.zeros((len(kind.sums), 0)))


def _steps(table: Table) -> Ints:
    """From each bucket to the next: mostly 1. A row's first one as it is."""
    steps = np.diff(table.buckets, prepend=0)
    first = _firsts(table.lengths)
    steps[first] = table.buckets[first]
    return steps


def _summed(steps: Ints, lengths: Ints) -> Ints:
    run = np.cumsum(steps)
    if not len(run):
        return run
    filled = lengths[lengths > 0]
    first = _firsts(lengths)
    return run - np.repeat(run[first] - steps[first], filled)


def _firsts(lengths: Ints) -> Ints:
    """Where each row that has any begins."""
    filled = lengths[lengths > 0]
    return np.cumsum(filled) - filled
