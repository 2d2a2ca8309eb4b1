"""A generator that was late says so, and a run in which it was too often does not count."""

import pytest

from meridian.loadtest.plan import Shard
from meridian.loadtest.record import Record
from meridian.loadtest.results.facts import scenario_facts
from meridian.loadtest.results.reading import read
from meridian.loadtest.results.summary import Validity
from meridian.loadtest.results.timeline import Timeline
from meridian.loadtest.results.validity import validity
from tests.loadtest.results.runs import phase, scenario


def judged(record: Record, seconds: int = 100, *missing: Shard) -> Validity:
    phases = [phase("warm", 0, 10, warm_up=True), phase("hold", 10, seconds)]
    facts = scenario_facts(scenario(phases=phases))
    return validity(read(record, Timeline(facts.phases, seconds)), missing)


def told(seconds: int = 100, slow: tuple[int, ...] = (), lag: float = 0.05) -> Record:
    record = Record()
    for at in range(seconds):
        for number in range(20):
            record.due(at + number / 20)
            record.sent(at + number / 20, lag if at in slow else 0.001)
    return record


def test_a_generator_on_time_is_valid() -> None:
    found = judged(told())
    assert found["valid"]
    assert found["sentence"] == "The load generator was on time in all 90 s that count (at worst 1.0 ms late)"
    assert (found["due"], found["sent"]) == (2000, 2000)


def test_a_run_that_is_all_warm_up_says_nothing() -> None:
    found = judged(told(10), 10)
    assert not found["valid"]
    assert found["sentence"].startswith("All of the run was warm-up")


def test_a_share_is_written_out() -> None:
    record = Record()
    for number in range(2000):
        record.due(number / 20)
    assert "late for 100 % of the requests" in judged(record)["sentence"]


def test_warm_up_may_be_late() -> None:
    found = judged(told(slow=(1, 2, 3, 4, 5)))
    assert found["valid"]
    assert found["late_seconds"] == []
    assert found["worst_lag_ms"] == pytest.approx(50, rel=0.001)


def test_one_request_in_a_hundred_may_be_late_and_not_more() -> None:
    record = told()
    for number in range(18):
        record.due(50 + number / 20)
        record.sent(50 + number / 20, 0.05)
    found = judged(record)
    assert found["valid"]
    assert found["late_seconds"] == [50]
    assert found["sentence"].startswith("The load generator was late in 1 of 90 s, which is little enough")

    found = judged(told(slow=(50,)))
    assert not found["valid"]
    assert found["sentence"].startswith(
        "The load generator was late for 1.11 % of the requests (in 1 s, by up to 50 ms)"
    )


def test_a_process_that_died_is_never_forgiven() -> None:
    record = told()
    record.trouble(60, "one of the processes that send has died")
    assert judged(record)["sentence"] == (
        "The load generator had trouble, which is not the target's fault: one of the processes that send has died"
    )


def test_a_missing_shard_and_a_run_of_nothing_do_not_count() -> None:
    assert judged(told(), 100, Shard(1, 3))["sentence"].startswith("The record lacks shard 2/3")
    assert not judged(Record())["valid"]
