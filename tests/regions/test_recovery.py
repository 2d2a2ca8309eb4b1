"""The gradual return: tables on a fake clock, and what holds for any course of events."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.core.clock import FakeClock
from meridian.regions.recovery import (
    FIRST_SHARE,
    FORMER_GRACE,
    GRACE,
    Counts,
    Line,
    Phase,
    Place,
    Turn,
    advance,
    division,
    replayed,
    share,
)

ZONES = ("ew1", "ew4", "us")
LINE = Line("chat@EU", ZONES, 20.0)
UP: Counts = dict.fromkeys(ZONES, (1, 1))
DOWN: Counts = {**UP, "ew1": (0, 1)}


def course(line: Line, steps: Sequence[tuple[float, Counts]]) -> list[tuple[Phase, Turn | None]]:
    """steps: seconds that pass, and what is seen then."""
    clock, place, found = FakeClock(), Place("starting", 0.0), []
    for passes, counts in steps:
        clock.advance(passes)
        place, turn = advance(line, place, counts, clock.monotonic())
        found.append((place.phase, turn))
    return found


@pytest.mark.parametrize(
    ("steps", "phases"),
    [
        ([(0, UP)], ["normal"]),
        ([(0, DOWN), (1, DOWN), (1, UP)], ["starting", "starting", "normal"]),
        ([(0, DOWN), (GRACE, DOWN)], ["starting", "down"]),
        (
            [(0, UP), (1, DOWN), (1, UP), (19, UP), (1, UP)],
            ["normal", "down", "returning", "returning", "normal"],
        ),
        (
            [(0, UP), (1, DOWN), (1, UP), (10, DOWN), (1, UP)],
            ["normal", "down", "returning", "down", "returning"],
        ),
        ([(0, UP), (1, {}), (1, DOWN), (1, {}), (1, UP)], ["normal", "normal", "down", "down", "returning"]),
        ([(0, {}), (60, {}), (1, DOWN)], ["starting", "starting", "starting"]),
        ([(0, UP), (1, {**UP, "ew4": (0, 1)})], ["normal", "normal"]),
        ([(0, UP), (1, {**UP, "ew1": (1, 3)})], ["normal", "normal"]),
    ],
)
def test_phases(steps: list[tuple[float, Counts]], phases: list[Phase]) -> None:
    assert [phase for phase, _ in course(LINE, steps)] == phases


def test_every_change_but_the_first_is_a_turn_with_what_it_was_judged_by() -> None:
    turns = [turn for _, turn in course(LINE, [(0, UP), (3, DOWN), (7, UP), (20, UP)])]
    assert turns == [
        None,
        Turn(
            "chat@EU",
            ZONES,
            "normal",
            "down",
            3.0,
            20.0,
            {"ew1": 0, "ew4": 1, "us": 1},
            dict.fromkeys(ZONES, 1),
            GRACE,
        ),
        Turn(
            "chat@EU",
            ZONES,
            "down",
            "returning",
            7.0,
            20.0,
            dict.fromkeys(ZONES, 1),
            dict.fromkeys(ZONES, 1),
            GRACE,
        ),
        Turn(
            "chat@EU",
            ZONES,
            "returning",
            "normal",
            20.0,
            20.0,
            dict.fromkeys(ZONES, 1),
            dict.fromkeys(ZONES, 1),
            GRACE,
        ),
    ]


def test_a_line_of_one_location_returns_at_once() -> None:
    alone = Line("chat@US", ("us",), 20.0)
    found = course(alone, [(0, {"us": (1, 1)}), (1, {"us": (0, 1)}), (1, {"us": (1, 1)})])
    assert [phase for phase, _ in found] == ["normal", "down", "normal"]
    assert division(alone, Place("down", 0), 1) is None


@pytest.mark.parametrize(
    ("elapsed", "percent"), [(0, 5), (5, 29), (10, 52), (19, 95), (20, 100), (1000, 100), (-1, 5)]
)
def test_shares(elapsed: float, percent: int) -> None:
    assert share(Place("returning", 100.0), 20.0, 100.0 + elapsed) == percent


def test_divisions() -> None:
    assert division(LINE, Place("normal", 0), 5) is None
    assert division(LINE, Place("starting", 0), 5) is None
    assert division(LINE, Place("down", 0), 5) == ({"ew4": 100}, {"us": 100}, {"ew1": 100})
    assert division(LINE, Place("returning", 0), 0) == ({"ew1": 5, "ew4": 95}, {"us": 100})
    assert division(LINE, Place("returning", 0), 10) == ({"ew1": 52, "ew4": 48}, {"us": 100})
    assert division(LINE, Place("returning", 0), 20) is None


counts = st.fixed_dictionaries(
    {},
    optional={
        zone: st.integers(1, 3).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))) for zone in ZONES
    },
)
courses = st.lists(st.tuples(st.floats(0, 30, allow_nan=False), counts), max_size=30)
windows = st.sampled_from((0.0, 0.5, 1.0, 20.0, 20.0004, 300.0))


@given(courses, windows, st.integers(1, 3))
def test_whatever_happens(steps: list[tuple[float, Counts]], window: float, zones: int) -> None:
    line = Line("chat@EU", ZONES[:zones], window)
    clock, place, before = FakeClock(), Place("starting", 0.0), 0
    for passes, seen in steps:
        clock.advance(passes)
        now = clock.monotonic()
        place, turn = advance(line, place, seen, now)
        divided = division(line, place, now)
        if turn:
            assert replayed({"turns": [turn.to_json()]}) == [turn.after], "a replay decides the same"
            assert turn.after == place.phase
        if divided is None:
            before = 0
            continue
        listed = [zone for group in divided for zone in group]
        assert sorted(listed) == sorted(line.zones), "every location stays reachable, once"
        assert all(sum(group.values()) == 100 for group in divided)
        assert all(1 <= weight <= 100 for group in divided for weight in group.values())
        if place.phase == "down":
            assert line.zones[0] not in divided[0], "never first while others are there"
            before = 0
        else:
            now_share = divided[0][line.zones[0]]
            assert FIRST_SHARE <= now_share < 100
            assert now_share >= before or turn is not None, "a share only rises"
            before = now_share


def test_apps_that_start_with_the_edge_were_never_lost() -> None:
    found = course(LINE, [(0, DOWN), (GRACE - 1, DOWN), (0.5, UP), (60, UP)])
    assert [phase for phase, _ in found] == ["starting", "starting", "normal", "normal"]
    assert [turn for _, turn in found] == [None] * 4


def test_what_was_decided_with_the_former_grace_is_decided_again_alike() -> None:
    *_, (_, turn) = course(LINE, [(0, DOWN), (GRACE, DOWN)])
    assert turn
    evidence = turn.to_json() | {"elapsed": FORMER_GRACE + 0.7}
    assert replayed({"turns": [evidence]}) == ["starting"]
    del evidence["grace"]
    assert replayed({"turns": [evidence]}) == ["down"]
