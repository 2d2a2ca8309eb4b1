"""A cube: what one kind counts, by its labels. Edges make them, control adds them up, queries group them."""

import base64
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from meridian.telemetry.distinct import Distinct
from meridian.telemetry.histogram import Histogram
from meridian.telemetry.kinds import KINDS, OTHER, Kind

Labels = tuple[str, ...]
Where = Mapping[str, Collection[str]]
"""Label -> the values wanted; a label that is not named may have any."""

LONGEST = 64
"""Characters of a label's value; what is longer is cut."""
ANY = ""


@dataclass(slots=True)
class Cell:
    """sums: in the order of the kind's. histogram, distinct: for the kinds that have one."""

    sums: list[float]
    histogram: Histogram | None = None
    distinct: Distinct | None = None


@dataclass(slots=True)
class Cube:
    """A cell for each combination of labels that occurred."""

    kind: Kind
    cells: dict[Labels, Cell] = field(default_factory=dict)

    def cell(self, labels: Labels) -> Cell:
        """The cell at these labels, which is made when there is none."""
        found = self.cells.get(labels)
        if found is None:
            found = self.cells[labels] = empty(self.kind)
        return found

    def add(self, labels: Labels, *sums: float) -> Cell:
        """Adds to the sums (and raises maxima) of one cell, which is returned for its sketch."""
        cell = self.cell(labels)
        _add(self.kind, cell, sums)
        return cell

    def merge(self, other: "Cube") -> None:
        for labels, cell in other.cells.items():
            merge_into(self.kind, self.cell(labels), cell)

    def grouped(self, by: Sequence[str] = (), where: Where | None = None) -> "Cube":
        """The same, added up over every label that `by` does not name; those labels are empty in the result. Raises KeyError
        for a label that the kind does not have."""
        wanted = [(self.kind.place(label), frozenset(values)) for label, values in (where or {}).items()]
        kept = {self.kind.place(label) for label in by}
        made = Cube(self.kind)
        for labels, cell in self.cells.items():
            if all(labels[place] in values for place, values in wanted):
                key = tuple(value if place in kept else ANY for place, value in enumerate(labels))
                merge_into(self.kind, made.cell(key), cell)
        return made

    def bounded(self, most: int | None = None) -> "Cube":
        """At most so many cells (the kind's own bound): the largest by their first sum, and the others as one."""
        limit = self.kind.most if most is None else most
        if len(self.cells) <= limit:
            return self
        order = sorted(self.cells.items(), key=lambda each: (-(each[1].sums or [0.0])[0], each[0]))
        made = Cube(self.kind, dict(order[: limit - 1]))
        for _, cell in order[limit - 1 :]:
            merge_into(self.kind, made.cell((OTHER,) * len(self.kind.labels)), cell)
        return made

    def to_json(self) -> list[list[Any]]:
        """A row for each cell: its labels, its sums, and its sketch where it has one."""
        return [[*labels, *map(_number, cell.sums), *_sketch(cell)] for labels, cell in self.cells.items()]

    @classmethod
    def from_json(cls, kind: Kind, rows: Any) -> "Cube":
        """Raises ValueError, saying what is wrong, for what is no cube of this kind."""
        if not isinstance(rows, list) or len(rows) > 4 * kind.most:
            raise ValueError(f"a cube of {kind.name} is a list of at most {4 * kind.most} rows")
        made = cls(kind)
        for row in rows:
            labels, cell = _parsed(kind, row)
            merge_into(kind, made.cell(labels), cell)
        return made


def empty(kind: Kind) -> Cell:
    return Cell(
        [0.0] * len(kind.sums),
        Histogram() if kind.sketch == "histogram" else None,
        Distinct() if kind.sketch == "distinct" else None,
    )


def merge_into(kind: Kind, cell: Cell, other: Cell) -> None:
    """Adds `other` to `cell`."""
    _add(kind, cell, other.sums)
    if cell.histogram is not None and other.histogram is not None:
        cell.histogram.merge(other.histogram.counts)
    if cell.distinct is not None and other.distinct is not None:
        cell.distinct.merge(other.distinct)


def merged(cubes: Iterable[Cube], kind: Kind) -> Cube:
    made = Cube(kind)
    for cube in cubes:
        made.merge(cube)
    return made


def cubes_to_json(cubes: Mapping[str, Cube]) -> dict[str, Any]:
    return {name: cube.to_json() for name, cube in cubes.items() if cube.cells}


def cubes_from_json(raw: Any) -> dict[str, Cube]:
    """Kind's name -> cube. Raises ValueError for what is none, and passes over unknown kinds: an edge may be newer."""
    if not isinstance(raw, dict):
        raise ValueError("cubes are an object of kinds")
    return {name: Cube.from_json(KINDS[name], rows) for name, rows in raw.items() if name in KINDS}


def _add(kind: Kind, cell: Cell, sums: Sequence[float]) -> None:
    mine = cell.sums
    for place, value in enumerate(sums):
        mine[place] = max(mine[place], value) if kind.sums[place] in kind.maxima else mine[place] + value


def _number(value: float) -> float:
    return int(value) if value == int(value) else value


def _sketch(cell: Cell) -> list[Any]:
    if cell.histogram is not None:
        return [cell.histogram.to_json()]
    if cell.distinct is not None:
        return [base64.b64encode(cell.distinct.to_bytes()).decode()]
    return []


def _parsed(kind: Kind, row: Any) -> tuple[Labels, Cell]:
    many = len(kind.labels)
    wide = many + len(kind.sums) + bool(kind.sketch)
    if not isinstance(row, list) or len(row) != wide:
        raise ValueError(f"a row of {kind.name} has {wide} fields")
    labels, sums = row[:many], row[many : many + len(kind.sums)]
    if not all(isinstance(label, str) for label in labels):
        raise ValueError(f"the labels of {kind.name} are text")
    if not all(type(each) in (int, float) and abs(each) < 1e18 for each in sums):
        raise ValueError(f"the sums of {kind.name} are numbers")
    cell = empty(kind)
    cell.sums = [float(each) for each in sums]
    if kind.sketch == "histogram":
        if not isinstance(row[-1], list):
            raise ValueError("a histogram is pairs of bucket and count")
        cell.histogram = Histogram.from_json(row[-1])
    if kind.sketch == "distinct":
        cell.distinct = Distinct.from_bytes(base64.b64decode(str(row[-1]), validate=True))
    return tuple(map(_label, labels)), cell


def _label(text: str) -> str:
    """As PostgreSQL takes it."""
    return text[:LONGEST].replace("\x00", "�").encode(errors="replace").decode()
