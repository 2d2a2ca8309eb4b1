"""One pass over a record: what is kept of each second, and what is summed."""

from meridian.loadtest.outcomes import OK, UNAVAILABLE
from meridian.loadtest.record import Key, Record
from meridian.loadtest.results.facts import scenario_facts
from meridian.loadtest.results.reading import Reading, note, read
from meridian.loadtest.results.timeline import Timeline
from tests.loadtest.results.runs import memory, phase, scenario, steady

PHASES = [phase("warm", 0, 2, warm_up=True), phase("hold", 2, 6)]
TIMELINE = Timeline(scenario_facts(scenario(phases=PHASES)).phases, 6.0)


def record() -> Record:
    """10/s for 6 s, of which one fails in the first second and two in the fourth."""
    made = steady(6, rate=10)
    for number, due in enumerate((0.5, 3.2, 3.4)):
        made.due(due)
        made.sent(due, 0.0)
        made.sample(due, due + 0.01, Key(0, "EU", "", "", UNAVAILABLE), 100 + number, "no location")
    memory(made, "envoy", [1e6] * 6)
    return made


def test_every_second_is_a_moment_and_warm_up_is_not_judged() -> None:
    found = read(record(), TIMELINE, [(0, 3), (3, 4)])
    assert [(each.ok, each.failed, each.warm) for each in found.moments][:4] == [
        (10, 1, True),
        (10, 0, True),
        (10, 0, False),
        (10, 2, False),
    ]
    assert (found.due, found.sent, found.ended, found.judged.count()) == (63, 63, 63, 42)
    assert {span: second.count() for span, second in found.spans.items()} == {(0, 3): 10, (3, 4): 12}
    assert found.memory["envoy"] == [(at, 1e6) for at in range(6)]


def test_failures_are_of_the_whole_run_and_their_judged_number_is_not() -> None:
    found = read(record(), TIMELINE)
    ((failure, burst),) = found.failures.items()
    assert (failure.outcome, failure.detail) == (UNAVAILABLE, "no location")
    assert (burst.n, burst.first_number, found.judged_failures[failure]) == (3, 100, 2)
    assert found.failed_at[failure] == {0: 1, 3: 2}


def test_a_long_run_is_kept_second_by_second_and_drawn_in_stretches() -> None:
    found = read(record(), Timeline(TIMELINE.phases, 900.0))
    assert len(found.moments) == 6
    assert [(each.at, each.seconds, each.ended) for each in found.stretches] == [(0, 3, 31), (3, 3, 32)]
    n, failed, spread = found.stretches[1].by_region["EU"]
    assert (n, failed, spread.n) == (32, 2, 32)


def test_a_copy_is_read_further_without_changing_the_first() -> None:
    whole = record()
    first = Reading(TIMELINE)
    for at in range(3):
        note(first, at, whole.second(at))
    more = first.copy()
    for at in range(3, 6):
        note(more, at, whole.second(at))
    assert more.judged == read(whole, TIMELINE).judged
    assert more.failures == read(whole, TIMELINE).failures
    assert first.judged.count(lambda key: key.outcome == OK) == 10
    assert [burst.n for burst in first.failures.values()] == [1]
    assert len(first.memory["envoy"]) == 3
