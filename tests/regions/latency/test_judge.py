"""The latency judge, as a table of looks: what it sees, when, and what it decides."""

import json
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.core.clock import FakeClock
from meridian.core.decision import Decision, from_json, to_json
from meridian.regions.latency.histogram import Measured
from meridian.regions.latency.judge import LatencyJudge, Observation
from meridian.regions.policy import Preferences, target_region
from tests.regions.bench import policy

STEP = 10.0
CONFIG = policy()


class Story:
    """A judge, a clock, and the preferences that its decisions put in force."""

    def __init__(self, config: Any = CONFIG) -> None:
        self.config, self.judge, self.clock = config, LatencyJudge(), FakeClock()
        self.state: Any = self.judge.initial()
        self.preferences = Preferences()
        self.decided: list[Decision] = []

    def look(
        self, measured: Mapping[str, Mapping[str, Measured]], down: frozenset[str] = frozenset()
    ) -> list[str]:
        """One cycle; what it decided, as sentences."""
        seen = Observation(measured, self.preferences, down)
        self.state, decisions = self.judge.decide(self.config, self.state, seen, self.clock.now())
        for decision in decisions:
            self._act(decision)
        self.decided += decisions
        self.clock.advance(STEP)
        return [decision.sentence for decision in decisions]

    def _act(self, decision: Decision) -> None:
        action, nearest = decision.action, dict(self.preferences.nearest)
        optimal = {user: dict(chosen) for user, chosen in self.preferences.optimal.items()}
        table = nearest if action["scope"] == "nearest" else optimal.setdefault(action["scope"], {})
        if action["region"] == action["usual"]:
            table.pop(action["country"], None)
        else:
            table[action["country"]] = action["region"]
        self.preferences = Preferences(nearest, {user: chosen for user, chosen in optimal.items() if chosen})


def ae(eu: float, apac: float, samples: int = 120) -> dict[str, dict[str, Measured]]:
    return {"AE": {"EU": Measured(samples, eu), "APAC": Measured(samples, apac)}}


def nearest(story: Story) -> str:
    return target_region(story.config, "media", "APAC", "AE", story.preferences)


def test_a_clearly_faster_region_is_preferred_after_the_hold_and_says_so_with_its_numbers() -> None:
    story = Story()
    for _ in range(6):
        assert story.look(ae(38, 95)) == []
    sentences = story.look(ae(38, 95))
    assert "AE: nearest is now EU (38 ms) instead of APAC (95 ms) over 240 samples" in sentences
    assert nearest(story) == "EU"
    assert story.look(ae(38, 95)) == []


def test_it_goes_back_the_same_way() -> None:
    story = Story()
    for _ in range(7):
        story.look(ae(38, 95))
    for _ in range(6):
        assert story.look(ae(95, 38)) == []
    assert "AE: nearest is now APAC (38 ms) instead of EU (95 ms) over 240 samples" in story.look(ae(95, 38))
    assert story.preferences.nearest == {}


@pytest.mark.parametrize(
    ("eu", "apac", "samples", "why"),
    [
        (80, 95, 120, "15 ms are less than the margin of 20 ms"),
        (279, 300, 120, "21 ms are less than 15 % of 300 ms"),
        (38, 95, 19, "19 samples are too few"),
    ],
)
def test_what_is_not_clearly_faster_changes_nothing(eu: float, apac: float, samples: int, why: str) -> None:
    story = Story()
    for _ in range(30):
        assert story.look(ae(eu, apac, samples)) == [], why


def test_one_slow_look_begins_the_hold_anew() -> None:
    story = Story()
    for _ in range(6):
        story.look(ae(38, 95))
    story.look(ae(90, 95))
    for _ in range(6):
        assert story.look(ae(38, 95)) == []
    assert story.look(ae(38, 95)) != []


def test_nothing_is_moved_to_a_region_that_is_down() -> None:
    story = Story()
    for _ in range(30):
        assert story.look(ae(38, 95), down=frozenset({"EU"})) == []


def test_a_preference_that_nobody_measures_any_more_is_given_up_after_the_hold() -> None:
    story = Story()
    story.preferences = Preferences(nearest={"AE": "EU"})
    for _ in range(6):
        assert story.look({}) == []
    assert story.look({}) == ["AE: nearest is APAC again, as nobody measured EU for 15 min"]
    assert story.preferences.nearest == {}


def test_a_preference_that_the_policy_forbids_now_is_given_up_at_once() -> None:
    story = Story()
    story.preferences = Preferences(optimal={"US": {"BR": "APAC"}, "EU": {"FR": "nowhere"}})
    assert "FR: optimal for EU users is EU again, as nowhere may not serve it any more" in story.look({})


def test_residency_keeps_bound_users_where_they_are_however_fast_another_region_is() -> None:
    """`chat-search` is bound to the users' own set; only `ai` is open, and without it nothing may move."""
    features = {name: each.model_dump() for name, each in CONFIG.features.items() if name != "ai"}
    story = Story(policy(features=features))
    for _ in range(30):
        assert not any(
            "optimal" in sentence
            for sentence in story.look({"FR": {"EU": Measured(500, 200), "US": Measured(500, 5)}})
        )


def test_a_clock_that_jumps_back_decides_nothing_early_or_twice() -> None:
    story = Story()
    for _ in range(6):
        story.look(ae(38, 95))
    story.clock.jump(-3600)
    for _ in range(6):
        assert story.look(ae(38, 95)) == []
    assert story.look(ae(38, 95)) != []


noisy = st.lists(
    st.tuples(st.floats(60, 79), st.floats(60, 79), st.integers(0, 300)), min_size=1, max_size=60
)


@given(noisy)
def test_two_near_equal_regions_never_alternate_whatever_the_noise(
    looks: list[tuple[float, float, int]],
) -> None:
    story = Story()
    for eu, apac, samples in looks:
        story.look(ae(eu, apac, samples))
    assert story.decided == []


wild = st.lists(st.tuples(st.floats(1, 400), st.floats(1, 400), st.integers(0, 300)), min_size=1, max_size=80)


@settings(max_examples=60)
@given(wild)
def test_changes_are_never_closer_than_the_hold_and_each_is_replayed_to_itself(
    looks: list[tuple[float, float, int]],
) -> None:
    story = Story()
    changed: list[tuple[float, Decision]] = []
    for eu, apac, samples in looks:
        before = len(story.decided)
        story.look(ae(eu, apac, samples))
        changed += [
            (story.clock.elapsed, d) for d in story.decided[before:] if d.action["scope"] == "nearest"
        ]
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(changed)]
    assert all(gap >= 60.0 for gap in gaps)
    for decision in story.decided:
        stored = from_json(json.loads(json.dumps(to_json(decision))))
        assert [to_json(again) for again in story.judge.replay(CONFIG, stored.evidence)] == [to_json(stored)]


def test_the_same_looks_give_the_same_decisions() -> None:
    def run() -> list[Decision]:
        story = Story()
        for number in range(40):
            story.look(ae(30 + number, 130 - number))
        return story.decided

    assert run() == run()
    assert run()


def test_the_hold_is_by_the_clock_not_by_the_number_of_looks() -> None:
    story = Story()
    story.look(ae(38, 95))
    story.clock.elapsed += timedelta(seconds=60).total_seconds()
    assert story.look(ae(38, 95)) != []
