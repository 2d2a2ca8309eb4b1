"""Promises in the configuration are held against the rules, and told with what came of them when they break."""

from typing import Any

import pytest

from meridian.regions.policytests import run
from tests.support.configs import small


def said(given: dict[str, Any], expect: dict[str, Any]) -> list[str]:
    return [str(finding) for finding in run(small(tests=[{"name": "t", "given": given, "expect": expect}]))]


FRENCH = {"country": "FR", "feature": "chat"}


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        (FRENCH, {"region": "EU", "location": "europe-west1", "status": 200, "rule": "country"}),
        ({**FRENCH, "down": ["europe-west1"]}, {"location": "europe-west4", "never": ["US", "asia-south1"]}),
        ({**FRENCH, "down": ["EU"]}, {"status": 503}),
        ({**FRENCH, "home": "US"}, {"region": "US", "rule": "home"}),
        ({**FRENCH, "override": "APAC"}, {"region": "APAC", "rule": "override"}),
        ({"declared_country": "IN", "feature": "chat"}, {"region": "APAC", "rule": "declared"}),
        ({"feature": "media"}, {}),
    ],
)
def test_promises_that_hold_say_nothing(given: dict[str, Any], expect: dict[str, Any]) -> None:
    assert said(given, expect) == []


@pytest.mark.parametrize(
    ("given", "expect", "what"),
    [
        (FRENCH, {"location": "us-central1"}, "expected location us-central1, got europe-west1"),
        (
            {**FRENCH, "down": ["EU"]},
            {"location": "europe-west4"},
            "expected location europe-west4, got nowhere",
        ),
        (FRENCH, {"status": 503}, "expected status 503, got 200"),
        (FRENCH, {"rule": "home"}, "expected rule home, got country"),
        (
            {"feature": "media", "country": "FR"},
            {"never": ["US"]},
            "us-central1 can be reached when others are down",
        ),
    ],
)
def test_a_broken_promise_is_told_with_its_reason(
    given: dict[str, Any], expect: dict[str, Any], what: str
) -> None:
    (finding,) = said(given, expect)
    assert finding.startswith(f"policy test 't' fails: {what} (")
    assert "by rule" in finding
    assert finding.endswith("; change the policy or the promise")


def test_an_unknown_name_is_told_and_the_other_tests_still_run() -> None:
    tests = [
        {"name": "first", "given": {"feature": "chatt"}, "expect": {}},
        {"name": "second", "given": FRENCH, "expect": {"region": "US"}},
    ]
    first, second = run(small(tests=tests))
    assert str(first) == "policy test 'first': no feature is called 'chatt'; did you mean chat?"
    assert first.path == ("tests", 0)
    assert second.path == ("tests", 1, "expect", "region")
