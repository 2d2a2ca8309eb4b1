"""The promises about limits: what a simulated moment lets through."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.limits.bucket import FULL, Bucket, take
from meridian.limits.policytests import run, simulate
from meridian.limits.settings import LimitGiven
from tests.limits.policy import config, policies

POLICY = config()


@pytest.mark.parametrize(
    ("asked", "admitted", "refused_by"),
    [
        ({"action": "chat", "requests": 100}, 100, ""),
        ({"action": "chat", "requests": 101}, 100, "chat"),
        ({"action": "chat", "tier": "premium", "requests": 201}, 200, "chat"),
        ({"action": "chat", "tier": "vip", "requests": 501}, 500, "chat"),
        ({"action": "chat", "tier": "unheard-of", "requests": 101}, 100, "chat"),
        ({"action": "chat", "tier": "vip", "risk": "critical", "requests": 51}, 50, "chat"),
        ({"action": "search", "requests": 161}, 160, "rapid"),
        ({"action": "search", "tier": "vip", "requests": 900}, 800, "rapid"),
        ({"action": "pay", "tier": "vip", "requests": 6}, 5, "pay"),
        ({"action": "pay", "tier": "vip", "risk": "high", "requests": 6}, 1, "pay"),
    ],
)
def test_requests_at_one_moment_get_what_the_tightest_limit_lets_through(
    asked: dict[str, Any], admitted: int, refused_by: str
) -> None:
    outcome = simulate(POLICY, LimitGiven(**asked))
    assert (outcome.admitted, outcome.refused_by) == (admitted, refused_by)


def test_the_edge_s_limits_are_met_before_the_exact_ones_and_shadows_never() -> None:
    met = [each.name for each in simulate(POLICY, LimitGiven(action="pay", requests=1)).met]
    assert met == ["rapid", "money", "address", "country", "region", "pay"]
    assert "trial" not in [each.name for each in simulate(POLICY, LimitGiven(action="chat", requests=1)).met]


@given(
    bursts=st.lists(st.integers(1, 30), min_size=6, max_size=6),
    requests=st.integers(1, 40),
)
def test_it_agrees_with_buckets_that_are_asked_one_request_after_the_other(
    bursts: list[int], requests: int
) -> None:
    names = ("rapid", "chat", "general", "address", "country", "region")
    changed = {
        name: {**policies()["policies"][name], "rate": burst, "burst": burst, "each": {}, "window": "1m"}
        for name, burst in zip(names, bursts, strict=True)
    }
    for each in changed.values():
        if each["key"] not in ("country", "region"):
            del each["each"]
    outcome = simulate(config(**policies(**changed)), LimitGiven(action="chat", requests=requests))
    buckets: dict[str, Bucket] = {}
    admitted, refusals = 0, []
    for _ in range(requests):
        for each in outcome.met:
            taken = take(buckets.get(each.name, FULL), each.quota, 0.0)
            buckets[each.name] = taken.bucket
            if not taken.admitted:
                refusals.append(each.name)
                break
        else:
            admitted += 1
    assert (outcome.admitted, outcome.refused_by) == (admitted, refusals[0] if refusals else "")


def test_a_promise_that_does_not_hold_names_the_limit_that_decides() -> None:
    wrong = config(
        tests=[
            {
                "name": "VIPs chat",
                "given": {"action": "chat", "tier": "vip", "requests": 600},
                "expect": {"admitted": 600, "refused_by": "rapid"},
            },
            {
                "name": "nobody searches",
                "given": {"action": "search", "requests": 1},
                "expect": {"refused_by": "rapid"},
            },
        ]
    )
    assert [str(each) for each in run(wrong)] == [
        "limit test 'VIPs chat' fails: expected 600 admitted, got 500 of 600 (chat: 500 per 1m: 100, times 5 for tier vip); "
        "change the limits or the promise",
        "limit test 'VIPs chat' fails: expected a refusal by rapid, got one by chat "
        "(chat: 500 per 1m: 100, times 5 for tier vip); change the limits or the promise",
        "limit test 'nobody searches' fails: expected a refusal by rapid, got none (rapid: 20 per 2s, 160 at once); "
        "change the limits or the promise",
    ]
    right = config(
        tests=[{"name": "x", "given": {"action": "chat", "requests": 1}, "expect": {"admitted": 1}}]
    )
    assert list(run(right)) == []
