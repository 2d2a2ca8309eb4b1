"""The curve's points and its knee."""

from typing import Any

from meridian.loadtest.outcomes import ERROR, OK
from meridian.loadtest.record import Key, Second
from meridian.loadtest.record.latencies import MICROSECONDS
from meridian.loadtest.results.capacity import Allowed, allowed, capacity, stairs
from meridian.loadtest.results.facts import scenario_facts
from meridian.loadtest.results.reading import Span
from tests.loadtest.results.runs import phase, scenario


def step(at: int, rate: int, ms: float, failed: int = 0) -> tuple[Span, Second]:
    """Ten seconds at a rate. failed: how many of the requests."""
    bucket = MICROSECONDS.bucket(int(ms * 1000))
    second = Second(due=10 * rate, sent=10 * rate)
    second.latencies[Key(0, "EU", "a", "v1", OK)] = {bucket: 10 * rate - failed}
    second.latencies[Key(0, "EU", "a", "v1", ERROR)] = {bucket: failed} if failed else {}
    return (at, at + 10), second


def test_the_knee_is_the_last_rate_that_is_carried() -> None:
    found = capacity([step(0, 100, 20), step(10, 200, 25), step(20, 400, 90)], Allowed(80.0, 0.01))
    assert found is not None
    assert found["knee_rate"] == 200
    assert found["sentence"] == "It kept up with 200/s; at 400/s p95 was 90 ms (at most 80 ms)"
    assert [point["rate"] for point in found["points"]] == [100, 200, 400]


def test_a_rate_that_is_carried_again_after_the_knee_does_not_count() -> None:
    found = capacity(
        [step(0, 100, 20), step(10, 200, 20, failed=100), step(20, 400, 20)], Allowed(80.0, 0.01)
    )
    assert found is not None
    assert found["knee_rate"] == 100
    assert found["sentence"] == "It kept up with 100/s; at 200/s errors were 5 %"


def test_what_is_never_answered_is_not_carried() -> None:
    (span, second), *others = [step(20, 400, 20), step(0, 100, 20), step(10, 200, 20)]
    second.due += 200
    found = capacity([(span, second), *others], Allowed(80.0, 0.01))
    assert found is not None
    assert found["knee_rate"] == 200
    assert "only 400/s were answered well" in found["sentence"]


def test_without_a_bound_three_times_the_slowness_at_the_lowest_rate_is_too_slow() -> None:
    found = capacity([step(0, 100, 50), step(10, 200, 149), step(20, 400, 151)], Allowed(None, 0.01))
    assert found is not None
    assert found["knee_rate"] == 200


def test_what_nobody_notices_is_no_knee() -> None:
    found = capacity([step(0, 100, 5), step(10, 200, 99), step(20, 400, 6)], Allowed(None, 0.01))
    assert found is not None
    assert found["knee_rate"] == 400


def test_a_target_that_never_bends_or_always_does() -> None:
    easy = capacity([step(0, 100, 20), step(10, 200, 20), step(20, 400, 20)], Allowed(80.0, 0.01))
    hard = capacity([step(0, 100, 99), step(10, 200, 99), step(20, 400, 99)], Allowed(80.0, 0.01))
    assert easy is not None
    assert hard is not None
    assert easy["sentence"] == "It kept up with 400/s, the most that was asked: its knee is higher"
    assert easy["knee_rate"] == 400
    assert hard["knee_rate"] is None
    assert hard["sentence"].startswith("It did not keep up even with 100/s")
    assert capacity([step(0, 100, 20)], Allowed(80.0, 0.01)) is None


def of(*phases: dict[str, Any]) -> list[Span]:
    return stairs(scenario_facts(scenario(phases=phases)).phases)


def test_points_come_from_steps_and_pieces_of_ramps() -> None:
    steps = {**phase("climb", 10, 40, shape="steps"), "rates": [[1, 1], [2, 2], [3, 3]]}
    ramp = {**phase("rise", 0, 12, shape="ramp"), "rates": [[1, 9]]}
    assert of(phase("warm", 0, 10, warm_up=True), steps) == [(10, 20), (20, 30), (30, 40)]
    assert of(ramp) == [(0, 3), (3, 6), (6, 9), (9, 12)]
    assert of(phase("hold", 0, 60)) == []


def test_the_strictest_overall_objective_bounds_it() -> None:
    told = scenario_facts(scenario("p95 < 300ms", "p95 < 200ms", "chat.p95 < 10ms", "errors < 2%"))
    assert allowed(told.objectives()) == Allowed(200.0, 0.02)
    assert allowed([]) == Allowed(None, 0.01)


def test_where_only_steps_have_objectives_the_loosest_bounds_it() -> None:
    told = scenario_facts(scenario("swipe.p95 < 3s", "chat.p95 < 300ms", "chat.p95 < 9s in EU"))
    assert allowed(told.objectives()) == Allowed(3000.0, 0.01)
