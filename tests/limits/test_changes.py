"""What `meridian plan` says of limits."""

from typing import Any

import pytest

from meridian.config.plan import changes
from meridian.features import features
from tests.limits.policy import LIMITS, config, policies

BEFORE = config()


def told(**replaced: Any) -> list[tuple[str, str, str, str]]:
    found = changes(BEFORE, config(**replaced), features())
    assert {each.area for each in found} <= {"limits"}
    return [(each.subject, each.before, each.after, each.affects) for each in found]


def other(name: str, **settings: Any) -> dict[str, Any]:
    return policies(**{name: LIMITS["policies"][name] | settings})


def test_the_same_limits_change_nothing() -> None:
    assert told() == []


def test_a_rate_is_said_as_people_say_it_and_once() -> None:
    assert told(**other("chat", rate=50)) == [
        ("limits.policies.chat", "100 per 1m", "50 per 1m", "every user who does chat")
    ]
    assert told(**other("rapid", burst=320)) == [
        ("limits.policies.rapid", "20 per 2s, 160 at once", "20 per 2s, 320 at once", "every user")
    ]


@pytest.mark.parametrize(
    ("name", "settings", "line"),
    [
        ("chat", {"shadow": True}, ("limits.policies.chat.shadow", "false", "true", "every user who does chat")),
        ("chat", {"risk": False}, ("limits.policies.chat.risk", "", "false", "every user who does chat")),
        ("pay", {"on_failure": "allow"}, ("limits.policies.pay.on_failure", "deny", "allow", "every user who does pay")),
        ("country", {"each": {"DE": 9}}, ("limits.policies.country.each.DE", "9000", "9", "users with addresses in DE")),
        ("money", {"class": "general"}, ("limits.policies.money.class", "money", "general", "every client of general endpoints")),
    ],
)  # fmt: skip
def test_every_other_setting_says_whom_it_affects(
    name: str, settings: dict[str, Any], line: tuple[str, ...]
) -> None:
    assert told(**other(name, **settings)) == [line]


def test_a_limit_that_comes_or_goes_is_one_change() -> None:
    assert told(
        **policies(region=None, search={"key": "user", "actions": ["search"], "rate": 5, "window": "1h"})
    ) == [
        ("limits.policies.search", "", "5 per 1h, key user, actions [search]", "every user who does search"),
        ("limits.policies.region", "50000 per 1m, key region", "", "users of each region"),
    ]


def test_what_is_no_limit_is_told_too() -> None:
    promise = {"name": "p", "given": {"action": "chat", "requests": 1}, "expect": {"admitted": 1}}
    found = told(
        tiers={"free": 1, "premium": 3, "vip": 5},
        headers="both",
        shields={"pay-guessing": LIMITS["shields"]["pay-guessing"] | {"failures": 6}},
        actions=LIMITS["actions"] | {"search": {"feature": "chat-search", "methods": ["GET"]}},
        tests=[promise],
    )
    assert found == [
        ("limits.shields.pay-guessing.failures", "5", "6", "everyone who does pay"),
        ("limits.actions.search.methods", "[]", "[GET]", "everyone who does search"),
        ("limits.tiers.premium", "2.0", "3.0", "every user of tier premium"),
        ("limits.headers", "ietf", "both", "every client that reads these fields"),
        ("limits.tests", "", "1 promise: p", "nobody: it is a promise"),
    ]


def promise(name: str, admitted: int = 1) -> dict[str, Any]:
    return {
        "name": name,
        "given": {"action": "chat", "requests": 1},
        "expect": {"admitted": admitted},
    }


def test_promises_that_go_are_one_line_and_changed_ones_are_named() -> None:
    many = [promise(f"p{number}") for number in range(18)]
    found = changes(config(tests=many), config(tests=[promise("p0", 0)]), features())
    assert [(each.subject, each.before, each.after) for each in found] == [
        ("limits.tests", "17 promises", ""),
        ("limits.tests", "as before", "changed: p0"),
    ]


def moved(**limits: Any) -> list[Any]:
    before = config(**limits)
    eu = tuple(code for code in before.countries["EU"] if code != "GB")
    assert "GB" in before.countries["EU"]
    countries = before.countries | {"EU": eu, "US": (*before.countries["US"], "GB")}
    after = before.model_copy(update={"countries": countries})
    return [each for each in changes(before, after, features()) if each.area == "limits"]


def test_a_country_that_moves_leaves_its_exact_counters_behind() -> None:
    [warning] = moved()
    assert warning.after == (
        "exact limits and shields of users in GB begin anew in US; with counters.store: redis they would not"
    )
    assert warning.affects == "users with addresses in United Kingdom"
    assert moved(counters={"store": "redis"}) == []
    nothing_exact = policies(pay=None) | {"shields": {}}
    nothing_exact["policies"] = {
        name: each for name, each in nothing_exact["policies"].items() if each.get("scope") != "exact"
    }
    assert moved(**nothing_exact) == []
