import json

import pytest

from meridian.core.errors import InvalidInput
from meridian.loadtest.plan import Origin
from meridian.loadtest.scenario.scenario import FASTEST
from tests.loadtest.scenario.scenarios import SMALL, of, small
from tests.loadtest.scenario.targets import SETS, SomeFaults, target

THERE = target(faults=SomeFaults())


def test_a_scenario_says_what_it_is() -> None:
    told = small().to_json()
    assert json.loads(json.dumps(told)) == told
    assert (told["name"], told["kind"], told["seconds"], told["rate"]) == ("small", "load", 40.0, 20.0)
    assert [(one["text"], one["line"]) for one in told["thresholds"]] == [
        ("p95 < 200ms in EU", 21),
        ("rate >= 15/s", 22),
        ("errors < 1% (implied)", 0),
    ]
    assert told["steps"][0] == {
        "name": "swipe",
        "request": "POST /v1/swipe?n={number}",
        "share": 1.0,
        "checks": ["status", "home"],
    }
    assert told["chaos"] == [{"at": 25.0, "do": "kill europe-west1"}]


def test_a_plan_is_as_the_run_was_asked_for() -> None:
    plan = small().plan(THERE, seed=1, scale=0.5, seconds=20)
    facts = plan.facts
    assert json.loads(json.dumps(facts)) == facts
    assert (facts["scale"], facts["seconds"], facts["rate"], facts["users"]) == (0.5, 20.0, 10.0, 50)
    assert facts["phases"][-1]["to"] == 20.0
    assert facts["requests"] == round((5 * 5 + 15 * 10) * 3.25)
    assert plan.top_rate == pytest.approx(10 * 3.25)
    assert plan.allowed == [SETS, {}, {}, {}]


def test_a_rate_is_a_scale_in_other_words() -> None:
    assert small().plan(THERE, seed=1, rate=5).facts["scale"] == 0.25


def test_bounds_in_flows_a_second_are_scaled_and_texts_stay() -> None:
    plan = small().plan(THERE, seed=1, scale=0.1)
    assert [(one.text, one.bound) for one in plan.thresholds] == [
        ("p95 < 200ms in EU", 200.0),
        ("rate >= 15/s", 1.5),
        ("errors < 1% (implied)", 0.01),
    ]


def test_chaos_moves_with_its_phase() -> None:
    assert small().plan(THERE, seed=1, seconds=20).chaos[0].at == pytest.approx(5 + 15 / 2)
    assert small().plan(THERE, seed=1).chaos[0].at == 25.0


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"scale": 0}, "a scale of 0 leaves nothing; give a number above 0, such as 0.1"),
        ({"scale": float("nan")}, "a scale of nan leaves nothing; give a number above 0, such as 0.1"),
        ({"seconds": 0.5}, "0.5 s is no duration; give at least one second, such as 60"),
    ],
)
def test_what_leaves_nothing_is_said(more: dict[str, float], sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        small().plan(THERE, seed=1, **more)
    assert str(caught.value) == sentence


def test_what_the_target_does_not_have_is_said_with_its_line() -> None:
    there = target(name="staging", origins=[Origin("US", "127.0.0.1", 1, "x")])
    with pytest.raises(InvalidInput) as caught:
        small().plan(there, seed=1)
    assert str(caught.value).splitlines() == [
        "small.yaml has 2 problems",
        "small.yaml:21:5: thresholds[0]: staging has no region EU; use one of US",
        "small.yaml:26:19: chaos[0].do: nothing can be broken at staging; "
        "run this scenario against a local world, or without chaos",
    ]


def test_a_closed_model_has_no_rate() -> None:
    closed = of(
        "name: c\ntitle: c\nload: {model: closed, at_once: 9, phases: [{name: hold, for: 9s}]}\n"
        "flow: [{name: a, request: GET /a}]\n"
    )
    with pytest.raises(InvalidInput, match="c has no rate, as its model is closed; give a scale instead"):
        closed.plan(target(), seed=1, rate=10)
    assert closed.plan(target(), seed=1).top_rate == 900.0


def test_what_a_run_asks_for_is_known_without_a_user_or_a_target() -> None:
    asks = small().asks(rate=1e9)
    assert (asks.scale, asks.seconds, asks.rate) == (5e7, 40.0, pytest.approx(3.25e9))
    plan = small().plan(THERE, seed=1, scale=0.5, seconds=20)
    again = small().asks(0.5, 20)
    assert (again.rate, again.seconds, again.scale) == (plan.top_rate, plan.seconds, plan.facts["scale"])


def test_a_closed_model_asks_for_what_its_users_may_send_at_the_most() -> None:
    closed = of(CLOSED)
    assert closed.asks(2.0).rate == closed.plan(THERE, seed=1, scale=2.0).top_rate == 2 * 3 / FASTEST
    with pytest.raises(InvalidInput, match="give a scale instead"):
        closed.asks(rate=5)


def test_there_are_no_more_users_than_flows() -> None:
    text = SMALL.format(kind="load", arrivals="constant").replace("count: 100", "count: 2000000")
    plan = of(text).plan(THERE, seed=1, scale=0.01, seconds=4)
    assert len(plan.crowd) == plan.flows() < 10


def test_a_run_in_which_everything_fails_does_not_pass_by_saying_nothing_about_errors() -> None:
    lines = [line for line in CLOSED.splitlines() if line]
    assert [one.text for one in of("\n".join(lines)).thresholds] == ["errors < 1% (implied)"]
    own = [*lines, "thresholds: [errors < 5% during on]"]
    assert [one.text for one in of("\n".join(own)).thresholds] == ["errors < 5% during on"]


CLOSED = """\
name: c
title: Closed
load: {model: closed, at_once: 3, phases: [{name: on, for: 10s}]}
flow: [{name: feed, request: GET /v1/feed}]
"""
