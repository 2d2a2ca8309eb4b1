"""The six bundled scenarios: what `spec` asks of each, and that no limit of the Avalo profile refuses an honest user in them."""

import pytest

from meridian.loadtest.scenario.loading import available, bundled
from meridian.loadtest.scenario.phases import timed
from meridian.loadtest.scenario.scenario import Scenario
from tests.loadtest.scenario.honest import Traffic, refused
from tests.loadtest.scenario.targets import avalo

AVALO = avalo()
NAMED = {
    "swipe": (1666, 300, "load", "POST /v1/swipe"),
    "chat": (416, 600, "load", "POST /v1/chat/messages"),
    "payouts": (83, 180, "stress", "POST /v1/payouts"),
    "calls": (33, 900, "endurance", "POST /v1/calls"),
    "events": (166, 120, "spike", "POST /v1/events/purchase"),
    "ai": (833, 600, "scalability", "POST /v1/ai/messages"),
}
"""Rate, seconds, kind and the action."""
OBJECTIVES = {"chat": "p95 < 350ms", "swipe": "p95 < 200ms", "feed": "p95 < 800ms", "message": "p95 < 3s"}


def named_phase(scenario: Scenario, rate: float) -> float:
    """Seconds of the phase in which the named rate is reached and held, or climbed to."""
    found = [phase for phase in scenario.phases if not phase.warm_up and phase.top == rate]
    assert len(found) == 1
    return found[0].end - found[0].start


def test_there_are_six() -> None:
    assert available() == sorted(NAMED)


@pytest.mark.parametrize("name", NAMED)
def test_each_has_the_rate_the_duration_the_kind_and_the_action_that_were_asked_for(name: str) -> None:
    rate, seconds, kind, request = NAMED[name]
    scenario = bundled(name)
    assert scenario.kind == kind
    assert named_phase(scenario, rate) == seconds
    first = scenario.written.flow[0]
    assert (first.request, first.share) == (request, 1.0)
    assert scenario.name == name


def test_each_has_the_shape_of_its_kind() -> None:
    shapes = {name: [phase.shape for phase in bundled(name).phases] for name in NAMED}
    assert shapes == {
        "swipe": ["ramp", "rate"],
        "chat": ["ramp", "rate"],
        "payouts": ["ramp", "rate", "steps"],
        "calls": ["ramp", "rate"],
        "events": ["rate", "rate", "spike", "rate"],
        "ai": ["ramp", "steps"],
    }
    assert bundled("payouts").top >= 4 * 83 - 1
    assert all(bundled(name).phases[0].warm_up for name in NAMED)


@pytest.mark.parametrize("name", NAMED)
def test_each_holds_the_objectives(name: str) -> None:
    scenario = bundled(name)
    texts = [one.text for one in scenario.thresholds]
    for step in scenario.written.flow:
        if step.name in OBJECTIVES:
            assert f"{step.name}.{OBJECTIVES[step.name]}" in texts
    assert any(text.startswith("errors < 1%") for text in texts)
    first = scenario.written.flow[0]
    assert any(text.startswith(f"{first.name}.p95 <") for text in texts)
    needed = {"stress": "knee", "endurance": "leak", "spike": "recovery", "scalability": "knee"}
    assert needed.get(scenario.kind, "rate") in [one.measure for one in scenario.thresholds]


@pytest.mark.parametrize("name", NAMED)
def test_what_moves_money_carries_a_key(name: str) -> None:
    for step in bundled(name).written.flow:
        paid = any(path in step.request for path in ("/payouts", "/tokens/purchase", "/events/purchase"))
        assert step.keyed == paid


@pytest.mark.parametrize("scale", [1.0, 0.1])
@pytest.mark.parametrize("name", NAMED)
def test_no_limit_refuses_an_honest_user(name: str, scale: float) -> None:
    """Every request of the run against every limit of the profile, as buckets that may hold their burst."""
    traffic = Traffic.of(bundled(name), AVALO, seed=3, scale=scale)
    assert len(traffic) > 0.9 * scale * NAMED[name][0] * NAMED[name][1] * 0.5
    found = refused(traffic)
    assert dict(found) == dict.fromkeys(found, 0)


def test_a_crowd_that_is_too_small_would_be_refused() -> None:
    """The arithmetic above can fail."""
    scenario = bundled("payouts")
    found = refused(Traffic.of(scenario, AVALO, seed=3, scale=1.0, users=2000))
    assert found["payout"] > 1000
    assert found["payment"] > 100


def test_the_arithmetic_sends_what_the_plan_sends() -> None:
    traffic = Traffic.of(bundled("swipe"), AVALO, seed=3, scale=0.01)
    assert sorted(traffic.sent()) == sorted(traffic.asked())


@pytest.mark.parametrize("name", NAMED)
def test_a_minute_of_it_keeps_its_shape(name: str) -> None:
    scenario = bundled(name)
    phases = timed(scenario.written.load.phases, 60.0, 0.3)
    assert phases[-1].end == 60.0
    assert [phase.shape for phase in phases] == [phase.shape for phase in scenario.phases]
    assert sum(phase.end - phase.start for phase in phases if phase.warm_up) <= 15.0
