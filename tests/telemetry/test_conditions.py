"""Conditions: what is bad, what is good again, and when that fires and resolves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from meridian.telemetry.conditions import (
    LONGEST,
    Condition,
    Held,
    Patience,
    Verdict,
    problems,
    verdict,
    verdicts,
)
from meridian.telemetry.live.lane import KEPT
from meridian.telemetry.metrics.query import Value
from meridian.telemetry.metrics.values import values_of
from tests.telemetry.profile import avalo

ABOVE = Condition(metric="error_rate", above=0.05, clears=0.02, at_least=100)
BELOW = Condition(metric="cdn_hit_rate", below=0.85, clears=0.9)
BAD, GOOD, BETWEEN = (
    Verdict(True, False, 10.0, 5, 5.0),
    Verdict(False, True, 1.0, 5, -4.0),
    Verdict(False, False, 4.0, 5, -1.0),
)
TOO_FEW = Verdict(False, False, 10.0, 0, known=False)
PATIENCE = Patience(fires_after=10, resolves_after=30, gone_after=120, flaps=3, within=600)
G = ("EU",)


@pytest.mark.parametrize(
    ("condition", "value", "n", "met", "cleared"),
    [
        (ABOVE, 0.06, 100, True, False),
        (ABOVE, 0.05, 100, False, False),
        (ABOVE, 0.02, 100, False, True),
        (ABOVE, 0.5, 99, False, False),
        (ABOVE, math.nan, 1000, False, False),
        (BELOW, 0.84, 1, True, False),
        (BELOW, 0.85, 1, False, False),
        (BELOW, 0.9, 1, False, True),
        (Condition(metric="region_up", below=0.0), 0.0, 1, False, True),
    ],
)
def test_between_the_bounds_a_value_is_neither_bad_nor_good(
    condition: Condition, value: float, n: float, met: bool, cleared: bool
) -> None:
    found = verdict(condition, Value(value, n))
    assert (found.met, found.cleared) == (met, cleared)


def test_a_value_from_too_few_is_not_known() -> None:
    assert not verdict(ABOVE, Value(1.0, 99)).known
    assert verdicts(ABOVE, {G: Value(1.0, 100)})[G].beyond == pytest.approx(0.95)
    assert verdict(BELOW, Value(0.5, 1)).beyond == pytest.approx(0.35)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "give either `above` or `below`"),
        ({"above": 1, "below": 2}, "give either `above` or `below`"),
        ({"above": 1, "clears": 2}, "`clears` must be at most `above`"),
        ({"below": 2, "clears": 1}, "`clears` must be at least `below`"),
        ({"above": 1, "over": 60}, "has no unit"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(fields: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Condition.model_validate({"metric": "error_rate", **fields})


def test_a_condition_is_checked_against_the_catalogue() -> None:
    assert list(problems(Condition(metric="eror_rate", above=1), values_of(avalo()))) == [
        (("metric",), "there is no metric eror_rate", "did you mean error_rate?")
    ]
    wrong = Condition(metric="error_rate", above=1, by=("regoin",), where={"status": ("5xx",)})
    assert [path for path, _, _ in problems(wrong, values_of(avalo()))] == [("where", "status"), ("by", 0)]


@pytest.mark.parametrize(
    ("metric", "label", "value", "said"),
    [
        ("error_rate", "region", "EU", ""),
        ("error_rate", "location", "", ""),
        ("error_rate", "feature", "chta", "did you mean chat?"),
        ("error_rate", "service", "chatt", "chat"),
        ("error_rate", "version", "v7", ""),
        ("requests_per_second", "status", "500", "5xx"),
        ("country_requests_per_second", "country", "UK", "use "),
        ("actions_per_second", "action", "no-such-thing", "use "),
        ("location_up", "what", "europe-west11", "did you mean europe-west1?"),
        ("edge_up", "what", "EU-7", ""),
    ],
)
def test_a_value_that_there_cannot_be_is_found(metric: str, label: str, value: str, said: str) -> None:
    condition = Condition(metric=metric, above=1, where={label: (value,)})
    found = [todo for _, _, todo in problems(condition, values_of(avalo()))]
    assert len(found) == bool(said), found
    assert all(said in todo for todo in found)


class Story:
    """Verdicts of one group at times, and what came of them."""

    def __init__(self, patience: Patience = PATIENCE) -> None:
        self.held = Held()
        self.patience = patience
        self.told: list[tuple[float, str]] = []
        self.now = 0.0

    def tell(self, verdict: Verdict | None, until: float, *, fresh: bool = True) -> "Story":
        """The same each second, up to and with `until`."""
        while self.now <= until:
            found = {} if verdict is None else {G: verdict}
            self.held, changes = self.held.step(found, self.patience, self.now, fresh=fresh)
            self.told += [(self.now, change.happened) for change in changes]
            self.now += 1
        return self


def test_what_is_met_for_long_enough_fires_and_what_is_cleared_for_long_enough_resolves() -> None:
    story = Story().tell(GOOD, 4).tell(BAD, 99).tell(GOOD, 200)
    assert story.told == [(15, "fired"), (130, "resolved")]


def test_a_moment_that_is_not_met_begins_anew() -> None:
    story = Story().tell(BAD, 8).tell(BETWEEN, 9).tell(BAD, 30)
    assert story.told == [(20, "fired")]


def test_between_the_bounds_nothing_resolves_and_goodness_begins_anew() -> None:
    story = Story().tell(BAD, 20).tell(GOOD, 40).tell(BETWEEN, 41).tell(GOOD, 100)
    assert story.told == [(10, "fired"), (72, "resolved")]


def test_what_is_not_measured_any_more_resolves_only_after_a_while() -> None:
    story = Story().tell(BAD, 20).tell(None, 100)
    assert story.told == [(10, "fired")]
    assert story.tell(TOO_FEW, 300).told == [(10, "fired"), (140, "resolved")]


def test_just_after_a_restart_nothing_fires_and_nothing_resolves() -> None:
    before = Story().tell(BAD, 20)
    again = Story()
    again.held, again.now = Held.from_json(before.held.to_json()), 400.0  # type: ignore[arg-type]
    again.tell(None, 460, fresh=False).tell(GOOD, 480, fresh=False)
    assert again.told == []
    assert again.tell(GOOD, 600).told == [(511, "resolved")]
    quiet = Story().tell(BAD, 60, fresh=False)
    assert (quiet.told, quiet.held.standings) == ([], {})


def test_a_break_in_what_is_measured_does_not_count_as_time_of_being_met() -> None:
    story = Story().tell(BAD, 5).tell(None, 100).tell(BAD, 105)
    assert story.told == []
    assert story.tell(BAD, 130).told == [(111, "fired")]


def test_flapping_is_told_once_and_resolves_when_it_has_been_quiet() -> None:
    story = Story()
    for _ in range(8):
        story.tell(BAD, story.now + 14).tell(GOOD, story.now + 39)
    assert [what for _, what in story.told] == ["fired", "resolved", "fired", "resolved", "fired"]
    assert story.held.standings[G].flapping
    last = story.now
    story.tell(GOOD, last + 700)
    assert story.told[-1][1] == "resolved"
    assert 550 < story.told[-1][0] - last < 600


def test_the_worst_value_is_kept_in_the_direction_of_the_condition() -> None:
    story = Story(Patience())
    for value in (0.8, 0.2, 0.7):
        story.tell(verdict(BELOW, Value(value, 10)), story.now)
    assert story.held.firing()[G].worst == 0.2
    assert story.held.without([G]).firing() == {}


VERDICTS = st.sampled_from([BAD, GOOD, BETWEEN, TOO_FEW, None])


@given(st.lists(st.tuples(VERDICTS, st.integers(1, 40), st.booleans()), max_size=60))
def test_whatever_happens_firing_and_resolving_take_turns_and_none_comes_too_early(
    steps: list[tuple[Verdict | None, int, bool]],
) -> None:
    held, now, firing, met_since, fired = Held(), 0.0, False, None, []
    for found, pause, fresh in steps:
        now += pause
        if fresh and found is BAD:
            met_since = now if met_since is None else met_since
        elif fresh and found in (GOOD, BETWEEN):
            met_since = None
        held, changes = held.step({} if found is None else {G: found}, PATIENCE, now, fresh=fresh)
        assert held == Held.from_json(held.to_json())  # type: ignore[arg-type]
        for change in changes:
            assert fresh
            assert firing == (change.happened == "resolved")
            firing = change.happened == "fired"
            if firing:
                assert found is BAD
                assert met_since is not None
                assert now - met_since >= PATIENCE.fires_after
                fired.append(now)
        assert (G in held.firing()) == firing
    assert all(sum(at - 600 < each <= at for each in fired) <= PATIENCE.flaps for at in fired)


def test_memory_keeps_what_a_value_may_be_made_from() -> None:
    assert LONGEST == KEPT
