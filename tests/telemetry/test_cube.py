"""Cubes add up in any order, group without losing anybody, stay bounded, and come back from JSON; hostile JSON is refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.telemetry.cube import LONGEST, Cube, cubes_from_json, merged
from meridian.telemetry.kinds import ACTION, EDGE, KINDS, MARKET, OTHER, PEOPLE, TRAFFIC, Kind
from meridian.telemetry.windows import MOST, windows_from_json, windows_to_json

LABEL = st.sampled_from(["", "EU", "US", "chat"])


@st.composite
def cubes(draw: st.DrawFn, kind: Kind) -> Cube:
    made = Cube(kind)
    for _ in range(draw(st.integers(0, 6))):
        labels = tuple(draw(LABEL) for _ in kind.labels)
        cell = made.add(labels, *(draw(st.integers(0, 10**9)) for _ in kind.sums))
        if cell.histogram is not None:
            cell.histogram.add(draw(st.integers(0, 100_000)), draw(st.integers(1, 5)))
        if cell.distinct is not None:
            cell.distinct.update(draw(st.lists(st.sampled_from("abcdef"), min_size=1)))
    return made


THREE = st.sampled_from([TRAFFIC, ACTION, PEOPLE, EDGE]).flatmap(
    lambda kind: st.tuples(st.just(kind), cubes(kind), cubes(kind), cubes(kind))
)


def said(cube: Cube) -> dict[Any, Any]:
    return {
        labels: (
            cell.sums,
            cell.histogram and cell.histogram.counts,
            cell.distinct and round(cell.distinct.estimate(), 3),
        )
        for labels, cell in cube.cells.items()
    }


@settings(max_examples=60)
@given(THREE)
def test_merging_is_associative_and_commutative(given: tuple[Kind, Cube, Cube, Cube]) -> None:
    kind, a, b, c = given
    wanted = said(merged([a, b, c], kind))
    assert said(merged([c, a, b], kind)) == wanted
    assert said(merged([a, merged([b, c], kind)], kind)) == wanted
    assert said(merged([merged([b, a], kind), c], kind)) == wanted


@settings(max_examples=60)
@given(THREE)
def test_json_gives_the_same_back(given: tuple[Kind, Cube, Cube, Cube]) -> None:
    kind, cube, _, _ = given
    raw = json.loads(json.dumps(windows_to_json({1_763_800_000: {kind.name: cube}})))
    back = windows_from_json(raw).get(1_763_800_000, {}).get(kind.name, Cube(kind))
    assert said(back) == said(cube)


@given(cubes(TRAFFIC), st.integers(1, 4))
def test_a_bounded_cube_has_lost_nobody(cube: Cube, most: int) -> None:
    small = cube.bounded(most)
    assert len(small.cells) <= most
    assert said(small.grouped()) == said(cube.grouped())


def test_the_largest_cells_are_kept_apart() -> None:
    cube = Cube(MARKET)
    for number in range(10):
        cube.add((f"C{number}", "EU", "europe-west1", "ok"), number)
    small = cube.bounded(3)
    assert {labels[0]: cell.sums[0] for labels, cell in small.cells.items()} == {"C9": 9, "C8": 8, OTHER: 28}


def test_grouping_adds_up_what_is_not_named() -> None:
    cube = Cube(EDGE)
    cube.add(("EU", "EU-1", "connections"), 1, 5, 5)
    cube.add(("EU", "EU-2", "connections"), 1, 7, 7)
    cube.add(("US", "US-1", "connections"), 1, 9, 9)
    found = cube.grouped(["region"], {"region": ["EU"]})
    assert {labels: cell.sums for labels, cell in found.cells.items()} == {("EU", "", ""): [2, 12, 7]}
    with pytest.raises(KeyError):
        cube.grouped(["planet"])


ROW = ["EU", "EU-1", "connections", 1, 2, 3]


@pytest.mark.parametrize(
    "rows",
    [
        {},
        "rows",
        [ROW[:-1]],
        [[*ROW, 4]],
        [[*ROW[:2], 7, 1, 2, 3]],
        [[*ROW[:5], "3"]],
        [[*ROW[:5], True]],
        [[*ROW[:5], float("nan")]],
        [[*ROW[:5], float("inf")]],
        [[*ROW[:5], 10**400]],
        [ROW] * (4 * EDGE.most + 1),
    ],
)
def test_what_is_no_cube_is_refused(rows: Any) -> None:
    with pytest.raises(ValueError, match="edge"):
        Cube.from_json(EDGE, rows)


@pytest.mark.parametrize("sketch", [None, 7, "", "x", "é", "AAAA", "A" * 1_000_000, [1]])
def test_what_is_no_sketch_is_refused(sketch: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever layer finds it first says it
        Cube.from_json(PEOPLE, [["EU", "users", sketch]])


@pytest.mark.parametrize("raw", [None, [], {"traffic": 7}, {"traffic": [[1]]}])
def test_what_are_no_cubes_are_refused(raw: Any) -> None:
    with pytest.raises(ValueError, match=r"cube|row"):
        cubes_from_json(raw)


def test_labels_are_cut_and_can_be_stored() -> None:
    raw = json.loads(json.dumps([["x" * 1000, "a\x00b\ud800", "connections", 1, 2, 3]]))
    [(region, edge, _)] = Cube.from_json(EDGE, raw).cells
    assert region == "x" * LONGEST
    assert "\x00" not in edge
    assert edge.encode()


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        {"windows": []},
        {"windows": {"now": {}}},
        {"windows": {"1": {}}},
        {"windows": {"9" * 12: {}}},
        {"windows": {"9" * 5000: {}}},
        {"windows": {"١٧٦٣٨٠٠٠٠٠": {}}},
        {"windows": {str(1_763_800_000 + n): {} for n in range(MOST + 1)}},
        {"windows": {"1763800000": []}},
    ],
)
def test_what_are_no_windows_are_refused(raw: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        windows_from_json(raw)


def test_kinds_that_only_a_newer_edge_knows_are_passed_over() -> None:
    assert windows_from_json({"windows": {"1763800000": {"newer": "anything"}}}) == {1_763_800_000: {}}


def test_every_kind_names_its_labels_once() -> None:
    for kind in KINDS.values():
        assert len(set(kind.labels)) == len(kind.labels)
        assert kind.maxima <= set(kind.sums)
