"""The pure parts of the sample feature; `tests/scenarios/test_a_feature_plugs_in.py` drives the whole of it."""

from hypothesis import given
from hypothesis import strategies as st

from meridian.core.clock import FakeClock
from tests.sample_feature.controller import Count
from tests.sample_feature.policy import Greeting, spoken

EDGES = st.integers(min_value=0, max_value=10_000)


def test_a_greeting_is_loud_once_enough_edges_report() -> None:
    assert spoken(Greeting(), "EU", 1) == "hello from EU, one of 1"
    assert spoken(Greeting(), "EU", 2) == "HELLO FROM EU, ONE OF 2"


@given(EDGES, EDGES)
def test_it_decides_when_the_number_changed_and_replays_to_the_same(said: int, reporting: int) -> None:
    count = Count(control=None)  # type: ignore[arg-type]
    state, decisions = count.decide(None, said, reporting, FakeClock().now())  # type: ignore[arg-type]
    assert state == reporting
    assert bool(decisions) == (said != reporting)
    for decision in decisions:
        assert count.replay(None, decision.evidence) == decisions  # type: ignore[arg-type]
