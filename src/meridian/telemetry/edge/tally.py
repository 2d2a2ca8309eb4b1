"""Adds up lines: groups of them in, cubes out. What a cube holds does not grow with the number of lines or of users."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from meridian.envoy.lines import AccessLine, Alike, Groups
from meridian.telemetry.cube import Cube
from meridian.telemetry.distinct import Distinct
from meridian.telemetry.edge import cells
from meridian.telemetry.kinds import ACTION, MARKET, PEOPLE, TRAFFIC

Cubes = dict[str, Cube]
"""Kind's name -> cube."""

_MS, _IN, _OUT = attrgetter("ms"), attrgetter("bytes_in"), attrgetter("bytes_out")
_USER, _CLIENT = attrgetter("user"), attrgetter("client")


def counted(groups: Groups, here: str, free: frozenset[str]) -> Cubes:
    """here: the region of the edge. free: tiers that do not pay."""
    cubes = {kind.name: Cube(kind) for kind in (TRAFFIC, MARKET, ACTION)}
    people = _People(free)
    for alike, lines in groups.items():
        if cells.counts(alike):
            _add(cubes, alike, lines, here)
            people.add(cells.region(alike, here), alike.tier, lines)
    cubes[PEOPLE.name] = people.cube()
    return {name: cube for name, cube in cubes.items() if cube.cells}


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


def _add(cubes: Cubes, alike: Alike, lines: Sequence[AccessLine], here: str) -> None:
    """All that is done for each line runs in C."""
    n = len(lines)
    taken, given = sum(filter(None, map(_IN, lines))), sum(filter(None, map(_OUT, lines)))
    histogram = cubes[TRAFFIC.name].add(cells.traffic(alike, here), n, taken, given).histogram
    assert histogram is not None
    for ms, times in Counter(map(_MS, lines)).items():
        histogram.add(ms or 0, times)
    cubes[MARKET.name].add(cells.market(alike, here), n)
    if (labels := cells.action(alike, here)) is not None:
        cubes[ACTION.name].add(labels, n)


@dataclass(slots=True)
class _People:
    """Who was there, by region: only until their sketches are made."""

    free: frozenset[str]
    _users: dict[str, set[str | None]] = field(default_factory=dict)
    _paying: dict[str, set[str | None]] = field(default_factory=dict)
    _clients: dict[str, set[str | None]] = field(default_factory=dict)

    def add(self, region: str, tier: str | None, lines: Sequence[AccessLine]) -> None:
        users = self._paying if tier and tier not in self.free else self._users
        users.setdefault(region, set()).update(map(_USER, lines))
        self._clients.setdefault(region, set()).update(map(_CLIENT, lines))

    def cube(self) -> Cube:
        made = Cube(PEOPLE)
        for region in {*self._users, *self._paying}:
            paying = _sketch(self._paying.get(region, set()))
            users = _sketch(self._users.get(region, set()))
            users.merge(paying)
            _put(made, region, "users", users)
            _put(made, region, "paying", paying)
        for region, clients in self._clients.items():
            _put(made, region, "clients", _sketch(clients))
        return made


def _sketch(names: set[str | None]) -> Distinct:
    return Distinct(name for name in names if name)


def _put(cube: Cube, region: str, who: str, sketch: Distinct) -> None:
    if not sketch.empty:
        cube.cell((region, who)).distinct = sketch
