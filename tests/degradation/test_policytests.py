"""What the promises in the configuration are held against."""

from typing import Any

import pytest

from meridian.degradation.policytests import outcome, run
from meridian.degradation.settings import DegradationGiven
from tests.degradation.levels import config


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"level": 0, "feature": "ai"}, "served"),
        ({"level": 1, "feature": "ai"}, "refused"),
        ({"level": 1, "feature": "media"}, "served"),
        ({"level": 1, "feature": "media", "method": "POST"}, "refused"),
        ({"level": 2, "feature": "media"}, "some"),
        ({"level": 2, "feature": "media", "user": "user-5"}, "served"),
        ({"level": 2, "feature": "media", "user": "user-3"}, "refused"),
        ({"level": 3, "feature": "media"}, "refused"),
        ({"level": 3, "feature": "chat", "method": "POST"}, "served"),
    ],
)
def test_what_comes_of_a_request(given: dict[str, Any], expected: str) -> None:
    assert outcome(config(), DegradationGiven(**given)) == expected


def test_a_promise_that_holds_is_silent_and_one_that_does_not_says_why() -> None:
    promises = [
        {"name": "chat goes on", "given": {"level": 3, "feature": "chat"}, "expect": "served"},
        {"name": "ai goes on", "given": {"level": 1, "feature": "ai"}, "expect": "served"},
    ]
    [finding] = run(config(tests=promises))
    assert finding.path == ("degradation", "tests", 1, "expect")
    assert (
        finding.what
        == "degradation test 'ai goes on' fails: expected served, got refused (off at level 1: ai)"
    )
