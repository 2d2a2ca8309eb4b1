"""Adds up lines: groups of them in, cubes out. What a cube holds does not grow with the number of lines or of users."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import attrgetter

from meridian.envoy.lines import AccessLine, Alike, Groups
from meridian.telemetry.cube import Cell, Cube, Labels
from meridian.telemetry.distinct import Distinct
from meridian.telemetry.edge import cells
from meridian.telemetry.histogram import bucket
from meridian.telemetry.kinds import ACTION, MARKET, PEOPLE, TRAFFIC, Kind

_REMEMBERED = 10_000
Cubes = dict[str, Cube]
"""Kind's name -> cube."""

_MS, _IN, _OUT = attrgetter("ms"), attrgetter("bytes_in"), attrgetter("bytes_out")
_USER, _CLIENT = attrgetter("user"), attrgetter("client")


def counted(groups: Groups, here: str, free: frozenset[str]) -> Cubes:
    """here: the region of the edge. free: tiers that do not pay.

    Groups are many and small, so for each only what its cells are is looked up, once; what is done for each line runs in C."""
    traffic: defaultdict[Labels, list[AccessLine]] = defaultdict(list)
    market: defaultdict[Labels, int] = defaultdict(int)
    action: defaultdict[Labels, int] = defaultdict(int)
    people = _People()
    for alike, lines in groups.items():
        at = _places(alike, here, free)
        if at is None:
            continue
        traffic[at.traffic] += lines
        market[at.market] += len(lines)
        if at.action is not None:
            action[at.action] += len(lines)
        people.add(at.region, at.pays, lines)
    cubes = (_traffic(traffic), _requests(MARKET, market), _requests(ACTION, action), people.cube())
    return {cube.kind.name: cube for cube in cubes if cube.cells}


def merge_into(cubes: Cubes, more: Cubes) -> None:
    """Adds `more` to `cubes`; where these get far more cells than their kinds keep apart, the smallest become one."""
    for name, cube in more.items():
        held = cubes.setdefault(name, Cube(cube.kind))
        held.merge(cube)
        if len(held.cells) > 2 * held.kind.most:
            cubes[name] = held.bounded()


def bounded(cubes: Cubes, most: int | None = None) -> Cubes:
    """At most so many cells of each (their kinds' own bounds)."""
    return {name: cube.bounded(most) for name, cube in cubes.items()}


@dataclass(frozen=True, slots=True)
class _Places:
    traffic: Labels
    market: Labels
    action: Labels | None
    region: str
    pays: bool


@lru_cache(maxsize=10_000)
def _places(alike: Alike, here: str, free: frozenset[str]) -> _Places | None:
    """Where a group counts; None where it does not."""
    if not cells.counts(alike):
        return None
    return _Places(
        cells.traffic(alike, here),
        cells.market(alike, here),
        cells.action(alike, here),
        cells.region(alike, here),
        bool(alike.tier) and alike.tier not in free,
    )


def _traffic(found: Mapping[Labels, Sequence[AccessLine]]) -> Cube:
    made = Cube(TRAFFIC)
    for labels, lines in found.items():
        taken, given = sum(filter(None, map(_IN, lines))), sum(filter(None, map(_OUT, lines)))
        histogram = made.add(labels, len(lines), taken, given).histogram
        assert histogram is not None
        histogram.merge(Counter(map(_BUCKETS.__getitem__, map(_MS, lines))))
    return made


def _requests(kind: Kind, found: Mapping[Labels, int]) -> Cube:
    return Cube(kind, {labels: Cell([float(many)]) for labels, many in found.items()})


class _Buckets(dict[int | None, int]):
    """Milliseconds -> bucket, of those that came lately."""

    def __missing__(self, ms: int | None) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[ms] = bucket(ms or 0)
        return found


_BUCKETS = _Buckets()


class _People:
    """Who was there, by region: only until their sketches are made."""

    __slots__ = ("_paying", "_users")

    def __init__(self) -> None:
        self._users: defaultdict[str, list[Sequence[AccessLine]]] = defaultdict(list)
        self._paying: defaultdict[str, list[Sequence[AccessLine]]] = defaultdict(list)

    def add(self, region: str, pays: bool, lines: Sequence[AccessLine]) -> None:
        (self._paying if pays else self._users)[region].append(lines)

    def cube(self) -> Cube:
        made = Cube(PEOPLE)
        for region in {*self._users, *self._paying}:
            others, payers = self._users[region], self._paying[region]
            paying = _sketch(_USER, payers)
            _put(made, region, "paying", paying)
            _put(made, region, "users", Distinct.union((paying, _sketch(_USER, others))))
            _put(made, region, "clients", _sketch(_CLIENT, others + payers))
        return made


def _sketch(who: Callable[[AccessLine], str | None], groups: Sequence[Sequence[AccessLine]]) -> Distinct:
    return Distinct(filter(None, map(who, chain.from_iterable(groups))))


def _put(cube: Cube, region: str, who: str, sketch: Distinct) -> None:
    if not sketch.empty:
        cube.cell((region, who)).distinct = sketch
