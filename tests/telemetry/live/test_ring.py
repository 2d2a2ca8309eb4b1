"""The ring answers as the same cubes added up one by one, forgets what is old, and stays small."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.core.clock import FakeClock
from meridian.telemetry.cube import Cube, cubes_to_json, merged
from meridian.telemetry.kinds import EDGE, KINDS, MARKET, OTHER, PEOPLE, TRAFFIC, Kind
from meridian.telemetry.live.ring import Ring
from tests.telemetry.history.keeping import window

Plain = dict[tuple[str, ...], tuple[object, ...]]


class About(float):
    def __eq__(self, other: object) -> bool:
        return isinstance(other, float) and abs(self - other) <= 0.06 * self

    __hash__ = float.__hash__


def plain(cube: Cube) -> Plain:
    """Distinct counts are estimates, which depend a little on the order in which they were added up."""
    return {
        labels: (
            tuple(round(each, 6) for each in cell.sums),
            dict(sorted(cell.histogram.counts.items())) if cell.histogram else None,
            About(cell.distinct.estimate()) if cell.distinct else None,
        )
        for labels, cell in cube.cells.items()
    }


def told(ring: Ring, windows: dict[int, dict[str, Cube]], instance: str = "EU-1", ahead: float = 0.0) -> None:
    """As an edge sends it."""
    ring.take(
        "EU",
        instance,
        {at: json.loads(json.dumps(cubes_to_json(cubes))) for at, cubes in windows.items()},
        ahead,
    )


def traffic(n: float, location: str = "europe-west1", status: str = "2xx", took: int = 50) -> dict[str, Cube]:
    cube = Cube(TRAFFIC)
    cell = cube.add(("EU", location, "chat", "chat-service", "v1", status), n, 0.0, 0.0)
    assert cell.histogram is not None
    cell.histogram.add(took, int(n))
    return {"traffic": cube}


GROUPINGS: list[tuple[Kind, tuple[str, ...], dict[str, tuple[str, ...]]]] = [
    (TRAFFIC, (), {}),
    (TRAFFIC, ("region", "status"), {}),
    (TRAFFIC, ("location",), {"status": ("2xx", "5xx"), "region": ("EU",)}),
    (MARKET, ("country", "region", "location", "outcome"), {}),
    (PEOPLE, ("who",), {"region": ("EU", "US")}),
    (EDGE, ("edge",), {"name": ("connections",)}),
]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32),
    st.lists(st.tuples(st.integers(0, 25), st.integers(0, 200)), min_size=1, max_size=25),
)
def test_it_answers_as_the_cubes_added_up(seed: int, pulses: list[tuple[int, int]]) -> None:
    """Pulses of several edges, in and out of order, while time goes on; asked now and then about several ranges."""
    dice, clock = random.Random(seed), FakeClock()
    ring = Ring(clock)
    everything: list[tuple[int, dict[str, Cube]]] = []
    for pause, back in pulses:
        clock.advance(pause)
        second = ring.second - min(back, 100)
        cubes = window(dice, 3)
        everything.append((second, cubes))
        told(ring, {second: cubes}, f"EU-{dice.randrange(3)}")
        if dice.random() < 0.7:
            continue
        for over in (3.0, 60.0, 600.0):
            since, until = ring.bounds(over, ring.second + 1)
            for kind, by, where in GROUPINGS:
                wanted = merged((each[kind.name] for at, each in everything if since <= at < until), kind)
                assert plain(ring.cubes(kind, since, until, by, where)) == plain(wanted.grouped(by, where))
                sums = ring.cubes(kind, since, until, by, where, sketches=False)
                assert {labels: each[0] for labels, each in plain(sums).items()} == {
                    labels: each[0] for labels, each in plain(wanted.grouped(by, where)).items()
                }


def test_a_late_pulse_counts_where_it_belongs() -> None:
    clock = FakeClock()
    ring = Ring(clock)
    begun = ring.second
    clock.advance(400)
    told(ring, {ring.second: traffic(1)})
    told(ring, {begun + 33: traffic(5)})
    assert [
        (at - begun, round(cube.cells.popitem()[1].sums[0]))
        for at, cube in ring.seconds(TRAFFIC, begun, begun + 500)
    ] == [
        (33, 5),
        (400, 1),
    ]


def test_fifteen_minutes_are_kept_and_no_more() -> None:
    clock = FakeClock()
    ring = Ring(clock)
    for _ in range(2000):
        clock.advance(1)
        told(ring, {ring.second: traffic(1)})
    since, until = ring.bounds(5000)
    assert 890 <= ring.cubes(TRAFFIC, since, until).cells.popitem()[1].sums[0] <= 925
    assert ring.size()["traffic"] <= 90 + 150


def test_what_tells_ever_new_labels_is_bounded_and_counts_as_other() -> None:
    clock = FakeClock()
    ring = Ring(clock)
    for step in range(60):
        clock.advance(1)
        cube = Cube(MARKET)
        for place in range(400):
            cube.add(("DE", "EU", f"l{step}-{place}", "ok"), 1)
        told(ring, {ring.second: {"market": cube}})
    since, until = ring.bounds(60, ring.second + 1)
    found = ring.cubes(MARKET, since, until, ("country", "region", "location", "outcome"))
    assert len(found.cells) <= 6 * MARKET.most + 1
    assert found.cells[(OTHER,) * 4].sums[0] > 0
    assert sum(cell.sums[0] for cell in found.cells.values()) == 60 * 400
    clock.advance(1000)
    told(ring, {ring.second: traffic(1)})
    clock.advance(11)
    cube = Cube(MARKET)
    cube.add(("DE", "EU", "new", "ok"), 1)
    told(ring, {ring.second: {"market": cube}})
    found = ring.cubes(MARKET, ring.second - 5, ring.second + 1, ("location",))
    assert [labels[2] for labels in found.cells] == ["new"]


def test_an_edge_whose_clock_is_wrong_counts_now() -> None:
    clock = FakeClock()
    ring = Ring(clock)
    clock.advance(200)
    told(ring, {ring.second + 90: traffic(3)}, ahead=90.2)
    told(ring, {ring.second - 300: traffic(4)}, "EU-2", ahead=-299.8)
    told(ring, {ring.second + 3000: traffic(5)}, "EU-3", ahead=0.1)
    assert ring.cubes(TRAFFIC, ring.second, ring.second + 1).cells.popitem()[1].sums[0] == 12
    assert ring.heard()["EU", "EU-1"].ahead == 90.2


@pytest.mark.parametrize(
    "cubes",
    [
        [],
        {"traffic": "rows"},
        {"traffic": [["EU"]]},
        {"traffic": [["EU", "l", "f", "s", "v", "2xx", 1, 2, "3", []]]},
        {"traffic": [["EU", "l", "f", "s", "v", "2xx", 1, 2, 1e300, []]]},
        {"traffic": [["EU", "l", "f", "s", "v", "2xx", 1, 2, True, []]]},
        {"traffic": [["EU", "l", "f", "s", "v", "2xx", 1, 2, float("nan"), []]]},
        {"traffic": [["EU", "l", "f", "s", "v", ["2xx"], 1, 2, 3, []]]},
        {"traffic": [["EU", "l", "f", "s", "v", 5, 1, 2, 3, []]]},
        {"traffic": [["EU", "l", "f", "s", "v", "2xx", 1, 2, 3, [1]]]},
        {"traffic": [["EU", "l", "f", "s", "v", "2xx", 1, 2, 3, [-1, 1]]]},
        {"traffic": [["EU", "l", "f", "s", "v", "2xx", 1, 2, 3, [10**9, 1]]]},
        {"traffic": [["EU", "l", "f", "s", "v", "2xx", 1, 2, 3, [1, 10**30]]]},
        {"traffic": [["EU", "l", "f", "s", "v", "2xx", 1, 2, 3, [1, 1.5]]]},
        {"people": [["EU", "users", "no sketch"]]},
        {"people": [["EU", "users", 5]]},
        {"market": [["DE", "EU", "l", "ok", 1]] * 5000},
    ],
)
def test_what_is_no_pulse_is_refused_whole(cubes: object) -> None:
    ring = Ring(FakeClock())
    with pytest.raises(ValueError, match=r"."):
        ring.take("EU", "EU-1", {ring.second: cubes, ring.second - 1: cubes_to_json(traffic(1))})
    assert (sum(ring.size().values()), ring.heard()) == (0, {})


def test_long_labels_are_cut_and_unknown_kinds_passed_over() -> None:
    ring = Ring(FakeClock())
    rows = [["D" * 100, "EU", "a\x00b", "ok", 2]]
    ring.take("EU", "EU-1", {ring.second: {"market": rows, "weather": [["rain"]]}})
    assert list(ring.cubes(MARKET, ring.second, ring.second + 1, MARKET.labels).cells) == [
        ("D" * 64, "EU", "a\N{REPLACEMENT CHARACTER}b", "ok")
    ]


def test_what_history_has_of_the_time_before_is_taken_over_once() -> None:
    clock = FakeClock()
    ring = Ring(clock)
    begun = ring.began - ring.began % 10
    assert ring.covered(begun - 600, ring.second + 60) == pytest.approx(60)
    clock.advance(60)
    told(ring, {ring.second: traffic(1)})
    ring.warm({begun - 20: traffic(7), begun - 10: traffic(8), begun: traffic(100)}, begun - 20)
    since, until = ring.bounds(120, ring.second + 1)
    assert ring.cubes(TRAFFIC, since, until).cells.popitem()[1].sums[0] == 16
    assert ring.covered(begun - 600, until) == pytest.approx(until - begun + 20)


def test_every_kind_has_its_place() -> None:
    ring = Ring(FakeClock())
    ring.add("EU", "EU-1", {ring.second: window(random.Random(1))})
    assert set(ring.size()) == set(KINDS)
    with pytest.raises(KeyError):
        ring.cubes(TRAFFIC, 0, 1, ("country",))
