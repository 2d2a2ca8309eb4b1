"""Which level the rules ask for: raised at once, left step by step, and never faster than `leave_after`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.config.schema.root import Config
from meridian.core.decision import Decision
from meridian.core.errors import Conflict
from meridian.degradation.carrying import after
from meridian.degradation.judge import Clocks, DegradationJudge, Seen, set_action
from meridian.degradation.state import EVERYWHERE, Standing
from meridian.telemetry.metrics.query import Group, Value
from tests.degradation.levels import RULES, config

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = config()
JUDGE = DegradationJudge()


@dataclass
class Played:
    """A judge whose decisions are carried out at once, on a clock that `step` moves."""

    policy: Config = POLICY
    now: datetime = START
    clocks: Clocks = field(default_factory=Clocks)
    standings: dict[str, Standing] = field(default_factory=dict)
    decided: list[tuple[datetime, Decision]] = field(default_factory=list)

    def step(
        self,
        seconds: float,
        rates: Mapping[str, float],
        *,
        n: float = 1000,
        fresh: bool = True,
        total: float | None = None,
    ) -> Sequence[Decision]:
        """rates: region -> errors in percent."""
        self.now += timedelta(seconds=seconds)
        whole = max(rates.values(), default=0.0) if total is None else total
        values: dict[str, dict[Group, Value]] = {
            "failing": {(region,): Value(rate / 100, n) for region, rate in rates.items()},
            "broken": {(): Value(whole / 100, n)} if rates or total is not None else {},
        }
        seen = Seen(dict(self.standings), values, fresh)
        self.clocks, decisions = JUDGE.decide(self.policy, self.clocks, seen, self.now)
        for decision in decisions:
            self.carry_out(decision)
        return decisions

    def carry_out(self, decision: Decision) -> None:
        region = decision.action["region"]
        before = self.standings.get(region, Standing(region))
        self.standings[region] = after(before, decision, self.now)
        self.decided.append((self.now, decision))

    def order(self, level: int | None, region: str = EVERYWHERE, automatic: int = 0) -> None:
        action = set_action(region, automatic, level)
        self.carry_out(Decision("operator", "level-set", region, "anna said so", action=action, actor="anna"))

    def level(self, region: str) -> int:
        found = self.standings.get(region)
        return found.level if found else 0

    def run(self, seconds: float, rates: Mapping[str, float], **more: Any) -> None:
        for _ in range(int(seconds / 2)):
            self.step(2, rates, **more)


BAD, GOOD = {"EU": 8.0, "US": 0.1}, {"EU": 0.1, "US": 0.1}


def test_a_region_goes_to_a_level_alone_once_the_rule_has_held_for_its_time() -> None:
    played = Played()
    played.run(30, BAD)
    assert not played.decided
    played.run(4, BAD)
    [(_, decision)] = played.decided
    assert (decision.kind, decision.subject) == ("level-raised", "EU")
    assert decision.sentence == "EU: level 1 (saving), from 0: failing: error_rate 8% > 5% for 30s"
    assert (played.level("EU"), played.level("US"), played.level(EVERYWHERE)) == (1, 0, 0)


def test_a_short_trouble_changes_nothing() -> None:
    played = Played()
    played.run(20, BAD)
    played.run(10, GOOD)
    played.run(20, BAD)
    assert not played.decided


def test_too_few_requests_change_nothing() -> None:
    played = Played()
    played.run(120, BAD, n=99)
    assert not played.decided


def test_a_rule_for_everywhere_raises_all_regions() -> None:
    played = Played()
    played.run(64, {"EU": 0.1}, total=40.0)
    assert played.level(EVERYWHERE) == 2
    assert (
        played.decided[-1][1].sentence
        == "everywhere: level 2 (reduced), from 0: broken: error_rate 40% > 25% for 1m"
    )


def test_a_level_is_left_one_step_at_a_time_with_a_pause_before_each() -> None:
    played = Played(policy=config(rules={"bad": {**RULES["failing"], "level": 3}}))
    values: dict[Group, Value] = {("EU",): Value(0.09, 1000)}
    for _ in range(20):
        played.now += timedelta(seconds=2)
        seen = Seen(dict(played.standings), {"bad": values}, True)
        played.clocks, decisions = JUDGE.decide(played.policy, played.clocks, seen, played.now)
        for decision in decisions:
            played.carry_out(decision)
    assert played.level("EU") == 3
    cleared: dict[Group, Value] = {("EU",): Value(0.0, 1000)}
    left = []
    for _ in range(500):
        played.now += timedelta(seconds=2)
        seen = Seen(dict(played.standings), {"bad": cleared}, True)
        played.clocks, decisions = JUDGE.decide(played.policy, played.clocks, seen, played.now)
        for decision in decisions:
            played.carry_out(decision)
            left.append((played.now, decision))
    assert [each.action["automatic"] for _, each in left] == [2, 1, 0]
    assert left[0][1].sentence == "EU: level 2 (reduced), from 3: no rule asked for more during 5m"
    assert all(later - earlier >= timedelta(minutes=5) for (earlier, _), (later, _) in pairwise(left))


def test_between_the_two_bounds_a_level_is_neither_entered_nor_left() -> None:
    played = Played()
    played.run(600, {"EU": 4.0})
    assert played.level("EU") == 0
    played.run(60, BAD)
    played.run(1000, {"EU": 4.0})
    assert played.level("EU") == 1


def test_what_is_turned_off_has_no_numbers_and_does_not_hold_its_level_for_ever() -> None:
    played = Played()
    played.run(60, BAD)
    played.run(340, {})
    assert played.level("EU") == 1
    played.run(60, {})
    assert played.level("EU") == 0


def test_without_fresh_numbers_nothing_changes() -> None:
    played = Played()
    played.run(120, BAD, fresh=False)
    assert not played.decided
    played.run(60, BAD)
    played.run(1000, GOOD, fresh=False)
    assert played.level("EU") == 1


def test_rules_raise_a_level_that_was_ordered_and_never_lower_it() -> None:
    played = Played()
    played.order(1)
    played.run(1000, {"EU": 0.1}, total=40.0)
    assert played.level(EVERYWHERE) == 2
    played.run(1000, GOOD)
    assert played.level(EVERYWHERE) == 1
    assert [decision.sentence for _, decision in played.decided[-2:]] == [
        "everywhere: level 1 (saving), from 2: no rule asked for more during 5m",
        "everywhere: the rules ask for level 0 now, and 1 holds by hand: no rule asked for more during 5m",
    ]


def test_what_the_rules_saw_before_an_order_is_no_reason_to_overrule_it() -> None:
    played = Played()
    played.run(60, BAD)
    assert played.level("EU") == 1
    played.order(None, "EU", automatic=0)
    played.run(28, BAD)
    assert played.level("EU") == 0
    played.run(6, BAD)
    assert played.level("EU") == 1


def test_without_automatic_nothing_is_decided() -> None:
    played = Played(policy=config(automatic=False))
    played.run(120, {"EU": 90.0})
    assert not played.decided


def test_a_restart_forgets_the_clocks_and_waits_again() -> None:
    played = Played()
    played.run(60, BAD)
    played.run(200, GOOD)
    played.clocks = JUDGE.initial()
    played.run(296, GOOD)
    assert played.level("EU") == 1
    played.run(8, GOOD)
    assert played.level("EU") == 0


RATE = st.sampled_from([0.0, 1.0, 4.0, 8.0, 30.0])
MOMENT = st.tuples(st.sampled_from([2, 20, 40, 100, 301]), RATE, RATE, st.booleans())


@settings(max_examples=200, deadline=None)
@given(st.lists(MOMENT, max_size=40), st.none() | st.integers(1, 3))
def test_no_level_is_left_sooner_than_leave_after_and_none_below_what_was_ordered(
    moments: list[tuple[int, float, float, bool]], ordered: int | None
) -> None:
    played = Played()
    if ordered is not None:
        played.order(ordered, "EU")
    for seconds, rate, total, fresh in moments:
        for decision in played.step(seconds, {"EU": rate}, total=total, fresh=fresh):
            assert list(JUDGE.replay(played.policy, decision.evidence)) == [decision]
        assert played.level("EU") >= (ordered or 0)
    changed: dict[str, datetime] = {}
    for at, decision in played.decided:
        region = decision.action["region"]
        if decision.kind == "level-lowered":
            assert at - changed[region] >= timedelta(minutes=5)
        changed[region] = at


def test_a_persons_order_cannot_be_decided_again() -> None:
    with pytest.raises(Conflict, match="a person decided this"):
        JUDGE.replay(POLICY, {"before": 0, "after": 1})
    with pytest.raises(Conflict, match="cannot be read"):
        JUDGE.replay(POLICY, {"standing": 1, "asking": [], "quiet": 0})


def test_undo_is_the_level_before() -> None:
    played = Played()
    played.order(2, "EU")
    played.run(60, {"EU": 8.0})
    _, decision = played.decided[-1]
    assert decision.undo == set_action("EU", 0, 2)
    assert "2 holds by hand" in decision.sentence
