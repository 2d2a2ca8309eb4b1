"""A small run of which everything is known, and what its shards tell while it goes on."""

from datetime import UTC, datetime
from typing import Any

from meridian.loadtest.live.follow import Follow
from meridian.loadtest.live.sofar import SoFar
from meridian.loadtest.live.view import View, told
from meridian.loadtest.outcomes import ERROR, OK
from meridian.loadtest.plan import Shard, StepFacts
from meridian.loadtest.record import Key, Record
from meridian.loadtest.results.facts import scenario_facts
from meridian.loadtest.results.summary import Event
from tests.loadtest.live.test_view import FACTS
from tests.loadtest.results.runs import phase, scenario

STEPS = (StepFacts("swipe", "matching", "POST /v1/swipe"), StepFacts("chat", "chat", "POST /v1/chat"))
BEGAN = datetime(2026, 11, 22, tzinfo=UTC)
PHASES = (phase("warm-up", 0, 5, warm_up=True), phase("hold", 5, 60), phase("rush", 40, 60))
THRESHOLDS = (
    "p95 < 100ms",
    "errors < 0.1%",
    "p95 < 10ms during rush",
    "gap < 500ms",
    "rate > 10/s",
    "knee > 5/s",
)


def recorded(seconds: int, shard: Shard | None = None, down: tuple[float, float] = (0.0, 0.0)) -> Record:
    """50 requests a second of each of two regions, each 20 ms long; one of 50 fails; EU gets nothing while it is down."""
    mine, record = shard or Shard(), Record()
    for number in range(seconds * 100):
        if number % mine.count != mine.index:
            continue
        due, region = number / 100, ("EU", "US")[number % 100 % 2]
        record.due(due)
        record.sent(due, 0.0002)
        key = Key(number // 2 % 2, region, f"{region}-1", "v1", ERROR if number % 50 == 7 else OK)
        if not (region == "EU" and down[0] <= due < down[1]):
            record.sample(due, due + 0.02, key, number, "500" if key.outcome == ERROR else "")
    return record


def so_far(shard: Shard | None = None, *, seconds: float = 60.0) -> SoFar:
    facts = scenario_facts(scenario(*THRESHOLDS, phases=PHASES))
    return SoFar(facts, STEPS, shard or Shard(), seconds, 2.0)


def told_at(
    record: Record, second: int, shard: Shard | None = None, events: tuple[Event, ...] = ()
) -> dict[str, Any]:
    """What control is told after so many seconds, all of which the runner looked at."""
    growing, follow = so_far(shard), Follow(2.0, 5.0)
    more: dict[str, Any] = {}
    for at in range(1, second + 1):
        growing.look(record, at)
        follow.look(record, at)
        if at % 2 == 0 or at == second:
            more = growing.told(record, at, BEGAN, [each for each in events if each["at"] <= at])
    return told(
        View(
            "an-id", FACTS, 0, STEPS, second, 0, 4, 0.2, follow.late, follow.recent(), follow.measured, follow.whole,
            follow.shown(), "hold", events=events, more=more,
        )
    )  # fmt: skip
