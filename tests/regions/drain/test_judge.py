"""Shares over time, and what the journal is told of them."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.core.clock import FakeClock
from meridian.core.decision import Decision, from_json, to_json
from meridian.regions.drain.judge import Drain, DrainJudge, as_json, gone, shares
from meridian.regions.drain.judge import from_json as drain_from_json
from tests.regions.bench import policy

START = FakeClock().now()
CONFIG = policy()


def drain(
    location: str = "europe-west1", before: float = 0.0, after: float = 1.0, over: float = 60.0, told: int = 0
) -> Drain:
    return Drain(location, before, after, START, over, "maintenance", "anna", told)


@pytest.mark.parametrize(
    ("seconds", "share"),
    [(-30, 0.0), (0, 0.0), (1, 0.02), (15, 0.25), (30, 0.5), (59.9, 1.0), (60, 1.0), (3600, 1.0)],
)
def test_the_share_rises_in_a_straight_line_and_stays(seconds: float, share: float) -> None:
    assert drain().share(START + timedelta(seconds=seconds)) == share


def test_a_drain_over_no_time_is_there_at_once() -> None:
    assert drain(over=0.0).share(START) == 1.0


@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 600),
    st.lists(st.floats(-10, 700), min_size=2, max_size=20),
)
def test_a_share_stays_between_where_it_comes_from_and_where_it_goes_and_never_turns(
    before: float, after: float, over: float, times: list[float]
) -> None:
    found = [
        drain(before=before, after=after, over=over).share(START + timedelta(seconds=t))
        for t in sorted(times)
    ]
    low, high = sorted((round(before, 2), round(after, 2)))
    assert all(low <= share <= high for share in found)
    assert found == sorted(found, reverse=after < before)


def test_a_region_is_away_as_far_as_the_last_of_its_locations() -> None:
    half = START + timedelta(seconds=30)
    one = shares(CONFIG, [drain()], half)
    both = shares(CONFIG, [drain(), drain("europe-west4", over=120.0)], half)
    assert one == {"europe-west1": 0.5}
    assert both == {"EU": 0.25, "europe-west1": 0.5, "europe-west4": 0.25}


def test_a_location_that_the_configuration_lost_is_nobodys_drain() -> None:
    assert shares(CONFIG, [drain("gone-1")], START + timedelta(seconds=60)) == {}


def test_what_is_on_its_way_out_counts_as_gone_and_what_returns_does_not() -> None:
    assert gone([drain(), drain("europe-west4", 1.0, 0.0)]) == {"europe-west1"}


def look(drains: list[Drain], seconds: float) -> list[Decision]:
    _, decisions = DrainJudge().decide(CONFIG, None, drains, START + timedelta(seconds=seconds))
    return list(decisions)


@pytest.mark.parametrize(
    ("seconds", "told", "sentences"),
    [
        (1, 0, []),
        (15, 0, ["europe-west1 is being drained: 25% of its traffic is taken away"]),
        (16, 1, []),
        (50, 1, ["europe-west1 is being drained: 75% of its traffic is taken away"]),
        (60, 3, ["europe-west1 is drained after 60 s: maintenance"]),
        (600, 4, []),
    ],
)
def test_each_quarter_is_told_once_and_the_last_one_says_what_for(
    seconds: float, told: int, sentences: list[str]
) -> None:
    assert [decision.sentence for decision in look([drain(told=told)], seconds)] == sentences


def test_a_return_is_told_too() -> None:
    back = drain(before=1.0, after=0.0, over=20.0)
    assert [d.sentence for d in look([back], 10)] == [
        "europe-west1 is being returned: 50% of its traffic is back"
    ]
    [last] = look([back], 20)
    assert (last.kind, last.sentence) == ("returned", "europe-west1 has all of its traffic back after 20 s")


@given(st.floats(0, 1), st.sampled_from([0.0, 1.0]), st.floats(0, 600), st.integers(0, 4), st.floats(0, 700))
def test_whatever_was_decided_is_decided_again_from_the_journal(
    before: float, after: float, over: float, told: int, seconds: float
) -> None:
    for decision in look([drain(before=before, after=after, over=over, told=told)], seconds):
        stored = from_json(json.loads(json.dumps(to_json(decision))))
        assert [to_json(again) for again in DrainJudge().replay(CONFIG, stored.evidence)] == [to_json(stored)]


def test_a_drain_survives_its_json() -> None:
    assert drain_from_json(json.loads(json.dumps(as_json(drain(told=2))))) == drain(told=2)


def test_a_reason_of_any_length_fits_the_journal() -> None:
    [decision] = look([Drain("europe-west1", 0, 1, START, 0, "because " * 60, "anna")], 1)
    assert len(decision.sentence) == 140
