"""What operators are told when the shared counters are away."""

from typing import Any

import pytest

from meridian.limits.admission.away import effect
from meridian.limits.settings import Limits


def told(deny: list[str], allow: list[str]) -> str:
    def exact(failing: str) -> dict[str, Any]:
        return {
            "key": "user", "actions": ["x"], "rate": 5, "window": "1h", "scope": "exact", "on_failure": failing,
        }  # fmt: skip

    policies = {name: exact("deny") for name in deny} | {name: exact("allow") for name in allow}
    return effect(Limits.model_validate({"policies": policies}))


@pytest.mark.parametrize(
    ("deny", "allow", "sentence"),
    [
        (
            ["payout", "login"],
            ["token-purchase"],
            "the shared counters are away: login, payout are refused; token-purchase is counted by this edge alone",
        ),
        (["login"], [], "the shared counters are away: login is refused"),
        ([], ["a", "b"], "the shared counters are away: a, b are counted by this edge alone"),
        ([], [], "the shared counters are away: the shields of this edge watch by themselves"),
    ],
)
def test_it_says_what_is_refused_and_what_is_counted_alone(
    deny: list[str], allow: list[str], sentence: str
) -> None:
    assert told(deny, allow) == sentence


def test_it_fits_the_journal_however_many_limits_there_are_and_whatever_they_are_called() -> None:
    many = [f"limit-{number:02}" for number in range(50)]
    sentence = told(many, ["other"])
    assert len(sentence) <= 120
    assert sentence.startswith("the shared counters are away: limit-00, limit-01, ")
    assert sentence.endswith(" more are refused; other is counted by this edge alone")
    long = told(["l" * 60, "m" * 60], ["n" * 60])
    assert long == "the shared counters are away: 2 limits are refused; 1 limit is counted by this edge alone"
