"""What somebody's limits are and why, in one sentence each."""

import pytest

from meridian.core.risk import Risk
from meridian.limits.explain import Who, explain
from meridian.limits.state import LimitsState
from tests.limits.policy import config

POLICY = config()
CHOSEN = LimitsState(users={"u1": {"chat": 500}}, clients={"203.0.113.9": {"general": 20}})


@pytest.mark.parametrize(
    ("who", "action", "sentences"),
    [
        (
            Who("u1", "premium", country="FR"),
            "chat",
            [
                "rapid: 40 per 2s, 320 at once: 20, times 2 for tier premium",
                "chat: 200 per 1m: 100, times 2 for tier premium",
                "trial: 14 per 1m: 7, times 2 for tier premium: a shadow, counted and never enforced",
                "general: 400 per 1m: 200, times 2 for tier premium",
                "address: 6000 per 1m",
                "country: 5000 per 1m",
                "region: 50000 per 1m",
            ],
        ),
        (
            Who("u1", "vip", Risk.HIGH, country="DE"),
            "pay",
            [
                "rapid: 25 per 2s, 200 at once: 20, times 5 for tier vip, times 0.25 for high risk",
                "money: 50 per 1m: 10, times 5 for tier vip",
                "address: 6000 per 1m",
                "country: 9000 per 1m: 9000, which DE has of its own",
                "region: 50000 per 1m",
                "pay: 1 per 1h: 5, times 0.25 for high risk: exact, and deny while its counters do not answer",
            ],
        ),
        (
            Who(country="DE"),
            "search",
            [
                "general: 200 per 1m",
                "address: 6000 per 1m",
                "country: 9000 per 1m: 9000, which DE has of its own",
                "region: 50000 per 1m",
            ],
        ),
    ],
)
def test_each_limit_says_what_it_comes_to_and_why(who: Who, action: str, sentences: list[str]) -> None:
    assert [each.sentence for each in explain(POLICY, who, action)] == sentences


def test_an_operator_s_choice_comes_before_tier_and_risk() -> None:
    found = {
        each.name: each
        for each in explain(POLICY, Who("u1", "vip", Risk.CRITICAL, "203.0.113.9"), "chat", CHOSEN)
    }
    assert found["chat"].sentence == "chat: 500 per 1m: an operator's choice for this user, instead of 100"
    assert (
        found["general"].sentence
        == "general: 20 per 1m: an operator's choice for this client, instead of 200"
    )
    assert (found["chat"].override, found["rapid"].override) == (True, False)
    other = {each.name: each for each in explain(POLICY, Who("u2", "vip"), "chat", CHOSEN)}
    assert (other["chat"].quota.rate, other["chat"].override) == (500, False)


def test_without_an_action_every_limit_is_told_and_who_has_each_counter() -> None:
    found = explain(POLICY, Who("u1", client="203.0.113.9", country="BR"))
    assert {each.name: each.counted for each in found} == {
        "rapid": "u1",
        "chat": "u1",
        "pay": "u1",
        "trial": "u1",
        "money": "203.0.113.9",
        "general": "203.0.113.9",
        "address": "203.0.113.9",
        "country": "BR",
        "region": "US",
    }
