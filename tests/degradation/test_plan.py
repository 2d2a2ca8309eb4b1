"""What is off at which level, and for whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.degradation.plan import cuts, luck, name_of, refusal, section, turned_off
from meridian.degradation.settings import Off
from tests.degradation.levels import config
from tests.support.configs import small

POLICY = config()
FEATURES = list(POLICY.features)
METHODS = ["GET", "POST", "OPTIONS"]


@pytest.mark.parametrize(
    ("level", "off"),
    [
        (0, []),
        (1, ["ai", "media (POST)"]),
        (2, ["ai", "media (POST)", "media (50% of users)"]),
        (3, ["ai", "chat-search", "media"]),
    ],
)
def test_each_level_turns_off_what_those_below_it_do(level: int, off: list[str]) -> None:
    assert turned_off(POLICY, level) == off


def test_a_feature_that_was_forgotten_is_off_where_only_the_essential_goes_on() -> None:
    assert "chat-search" not in [name for each in section(POLICY).levels.values() for name in each.turns_off]
    assert refusal(POLICY, 3, "chat-search", "GET", "u1") is not None
    assert refusal(POLICY, 3, "chat", "POST", "u1") is None


@given(st.sampled_from(FEATURES), st.sampled_from(METHODS), st.text(max_size=20), st.integers(0, 2))
def test_what_a_level_refuses_no_higher_level_serves(feature: str, method: str, who: str, level: int) -> None:
    if refusal(POLICY, level, feature, method, who):
        assert refusal(POLICY, level + 1, feature, method, who)


@given(st.sampled_from(FEATURES), st.text(max_size=20), st.integers(0, 3))
def test_a_browser_may_always_ask_whether_it_may_ask(feature: str, who: str, level: int) -> None:
    assert refusal(POLICY, level, feature, "OPTIONS", who) is None


@given(st.sampled_from(FEATURES), st.text(max_size=20), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_larger_share_takes_nobody_back_in(feature: str, who: str, one: float, other: float) -> None:
    smaller, larger = sorted((one, other))
    assert not (luck(feature, who) < smaller) or luck(feature, who) < larger


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", ["{}", "user-{}", "u{}@example.com", "{:08x}-0000-4000-8000-000000000000"])
def test_a_share_of_users_is_that_share(share: float, name: str) -> None:
    refused = sum(luck("feed", name.format(number)) < share for number in range(4000))
    assert abs(refused / 4000 - share) < 0.03


def test_users_one_digit_apart_do_not_share_their_luck() -> None:
    tens = [sum(luck("feed", f"user-{ten}{digit}") < 0.5 for digit in range(10)) for ten in range(100)]
    assert sum(each in (0, 10) for each in tens) < 5
    assert 400 < sum(tens) < 600


def test_users_for_whom_one_feature_is_off_may_have_another() -> None:
    users = [f"user-{number}" for number in range(2000)]
    both = sum(luck("feed", user) < 0.5 and luck("swipe", user) < 0.5 for user in users)
    assert 400 < both < 600


def test_what_is_off_as_a_whole_is_said_once() -> None:
    twice = config(
        levels={1: {"name": "a", "turns_off": {"ai": {}}}, 2: {"name": "b", "only_essential": True}}
    )
    assert [cut.off for cut in cuts(twice, 2)["ai"]] == [Off()]
    assert cuts(twice, 2)["ai"][0].level == 1


def test_a_level_without_settings_is_the_one_below_it() -> None:
    sparse = config(levels={1: {"name": "low", "turns_off": {"ai": {}}}}, rules={})
    assert turned_off(sparse, 3) == ["ai"]
    assert name_of(section(sparse), 3) == "low"
    assert name_of(section(sparse), 0) == "normal"


def test_a_configuration_read_without_the_section_turns_nothing_off() -> None:
    assert turned_off(small(), 3) == []
