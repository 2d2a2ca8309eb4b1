"""What `meridian plan` says of levels."""

from typing import Any

import pytest

from meridian.config.plan import changes
from meridian.features import features
from tests.degradation.levels import LEVELS, RULES, config

BEFORE = config()
Line = tuple[str, str, str, str]


def told(**changed: Any) -> list[Line]:
    found = changes(BEFORE, config(**changed), features())
    assert {each.area for each in found} <= {"degradation"}
    return [(each.subject, each.before, each.after, each.affects) for each in found]


def level(number: int, **changed: Any) -> dict[str, Any]:
    return {"levels": LEVELS["levels"] | {number: LEVELS["levels"][number] | changed}}


def rule(name: str, **changed: Any) -> dict[str, Any]:
    return {"rules": RULES | {name: RULES[name] | changed}}


def test_the_same_levels_change_nothing() -> None:
    assert told() == []


def test_what_a_level_turns_off_is_off_at_the_higher_ones_too() -> None:
    assert told(
        **level(1, turns_off={"ai": {}, "media": {"methods": ["POST"]}, "chat-search": {"share": 0.5}})
    ) == [
        (
            "degradation.levels.1.turns_off.chat-search",
            "served",
            "off (50% of users)",
            "users of chat-search, at level 1",
        ),
        (
            "degradation.levels.2.turns_off.chat-search",
            "served",
            "off (50% of users)",
            "users of chat-search, at level 2",
        ),
    ]


def test_more_of_a_feature_and_less_of_it() -> None:
    assert told(**level(2, turns_off={"media": {}})) == [
        (
            "degradation.levels.2.turns_off.media",
            "off (POST) and off (50% of users)",
            "off",
            "users of media, at level 2",
        )
    ]
    assert told(**level(2, turns_off={"chat-search": {}}))[1] == (
        "degradation.levels.2.turns_off.media",
        "off (POST) and off (50% of users)",
        "off (POST)",
        "users of media, at level 2",
    )


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (level(1, retry_after="40s"), ("degradation.levels.1.retry_after", "20s", "40s", "everyone, at level 1")),
        ({"leave_after": "10m"}, ("degradation.leave_after", "5m", "10m", "every region")),
        ({"automatic": False}, ("degradation.automatic", "true", "false", "every region")),
        (rule("failing", level=2), ("degradation.rules.failing.level", "1", "2", "each region")),
        (rule("broken", **{"for": "2m"}), ("degradation.rules.broken.for", "1m", "2m", "all regions together")),
    ],
)  # fmt: skip
def test_every_other_setting_says_whom_it_affects(changed: dict[str, Any], line: Line) -> None:
    assert told(**changed) == [line]


def test_promises_are_one_line() -> None:
    promise = {"name": "chat goes on", "given": {"level": 3, "feature": "chat"}, "expect": "served"}
    assert told(tests=[promise]) == [
        ("degradation.tests", "0 promises", "1 promise; changed: chat goes on", "nobody: it is a promise")
    ]
