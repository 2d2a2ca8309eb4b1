"""How a number is made of a cube: each measure takes a cube that is grouped finely enough, and gives each group's value. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from meridian.telemetry.histogram import Histogram
from meridian.telemetry.metrics.query import Group, Value

if TYPE_CHECKING:
    from meridian.telemetry.cube import Cell, Cube

Values = Mapping[Group, Value]


class Measure(Protocol):
    @property
    def needs(self) -> tuple[str, ...]:
        """Labels that the cube must be grouped by, besides those asked for."""

    @property
    def sketches(self) -> bool:
        """Whether it looks at histograms or distinct counts."""

    def values(self, cube: Cube, by: tuple[str, ...], seconds: float) -> Values:
        """by: labels asked for. seconds: that the cube covers."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A sum per second, or per `per` seconds. sum: the place among the kind's. without: (label, value) that is left out.
    counts: the place of the sum that says how many it was made from."""

    sum: int = 0
    per: float = 1.0
    without: tuple[str, str] | None = None
    counts: int = 0
    sketches = False

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.without[0],) if self.without else ()

    def values(self, cube: Cube, by: tuple[str, ...], seconds: float) -> Values:
        totals: dict[Group, list[float]] = {}
        left_out = (cube.kind.place(self.without[0]), self.without[1]) if self.without else None
        for labels, cell in cube.cells.items():
            if left_out and labels[left_out[0]] == left_out[1]:
                continue
            total = totals.setdefault(_group(cube, labels, by), [0.0, 0.0])
            total[0] += cell.sums[self.sum]
            total[1] += cell.sums[self.counts]
        return {group: Value(total * self.per / seconds, n) for group, (total, n) in totals.items()}


@dataclass(frozen=True, slots=True)
class Share:
    """The part of the first sum whose label has one of these values, from 0 to 1."""

    label: str
    of: frozenset[str]
    sketches = False

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.label,)

    def values(self, cube: Cube, by: tuple[str, ...], seconds: float) -> Values:
        parts: dict[Group, list[float]] = {}
        place = cube.kind.place(self.label)
        for labels, cell in cube.cells.items():
            part = parts.setdefault(_group(cube, labels, by), [0.0, 0.0])
            part[1] += cell.sums[0]
            if labels[place] in self.of:
                part[0] += cell.sums[0]
        return {group: Value(part / total, total) for group, (part, total) in parts.items() if total}


@dataclass(frozen=True, slots=True)
class Net:
    """One type's sum less another's, per `per` seconds."""

    label: str
    plus: str
    minus: str
    sum: int
    per: float = 1.0
    sketches = False

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.label,)

    def values(self, cube: Cube, by: tuple[str, ...], seconds: float) -> Values:
        totals: dict[Group, list[float]] = {}
        place = cube.kind.place(self.label)
        for labels, cell in cube.cells.items():
            sign = (labels[place] == self.plus) - (labels[place] == self.minus)
            if sign:
                total = totals.setdefault(_group(cube, labels, by), [0.0, 0.0])
                total[0] += sign * cell.sums[self.sum]
                total[1] += cell.sums[0]
        return {group: Value(total * self.per / seconds, n) for group, (total, n) in totals.items()}


@dataclass(frozen=True, slots=True)
class Percentile:
    """Of the histogram. share: 0 < share <= 1."""

    share: float
    needs = ()
    sketches = True

    def values(self, cube: Cube, by: tuple[str, ...], seconds: float) -> Values:
        found: dict[Group, Value] = {}
        for labels, cell in cube.cells.items():
            value = _histogram(cell).percentile(self.share)
            if value is not None:
                found[_group(cube, labels, by)] = Value(value, _histogram(cell).total)
        return found


@dataclass(frozen=True, slots=True)
class Mean:
    """Of the histogram."""

    needs = ()
    sketches = True

    def values(self, cube: Cube, by: tuple[str, ...], seconds: float) -> Values:
        found: dict[Group, Value] = {}
        for labels, cell in cube.cells.items():
            value = _histogram(cell).mean()
            if value is not None:
                found[_group(cube, labels, by)] = Value(value, _histogram(cell).total)
        return found


@dataclass(frozen=True, slots=True)
class Different:
    """How many different ones there were."""

    needs = ()
    sketches = True

    def values(self, cube: Cube, by: tuple[str, ...], seconds: float) -> Values:
        found: dict[Group, Value] = {}
        for labels, cell in cube.cells.items():
            if cell.distinct is not None:
                estimate = round(cell.distinct.estimate())
                found[_group(cube, labels, by)] = Value(float(estimate), float(estimate))
        return found


@dataclass(frozen=True, slots=True)
class Level:
    """Of what is observed again and again (samples, total, most): each series' mean, and of several series in a group their sum,
    mean or largest. series: the labels that tell series apart."""

    series: tuple[str, ...]
    across: Literal["sum", "mean", "most"]
    sketches = False

    @property
    def needs(self) -> tuple[str, ...]:
        return self.series

    def values(self, cube: Cube, by: tuple[str, ...], seconds: float) -> Values:
        several: dict[Group, list[Value]] = {}
        for labels, cell in cube.cells.items():
            samples, total, _ = cell.sums
            if samples:
                several.setdefault(_group(cube, labels, by), []).append(Value(total / samples, samples))
        return {group: self._across(each) for group, each in several.items()}

    def _across(self, each: list[Value]) -> Value:
        values, n = [one.value for one in each], sum(one.n for one in each)
        if self.across == "most":
            return Value(max(values), n)
        return Value(sum(values) / (len(values) if self.across == "mean" else 1), n)


def answered(measure: Measure, cube: Cube, by: tuple[str, ...], seconds: float) -> Values:
    return measure.values(cube, by, max(seconds, 1e-9))


def _group(cube: Cube, labels: tuple[str, ...], by: tuple[str, ...]) -> Group:
    return tuple(labels[cube.kind.place(label)] for label in by)


def _histogram(cell: Cell) -> Histogram:
    return cell.histogram if cell.histogram is not None else Histogram()
