"""What is told while a run goes on is what its record says until then."""

import json

import pytest

from meridian.loadtest.outcomes import ERROR
from meridian.loadtest.plan import Shard
from meridian.loadtest.record import Key
from meridian.loadtest.results.reading import read
from meridian.loadtest.results.series import crashes
from meridian.loadtest.results.summary import Event
from meridian.loadtest.results.timeline import Timeline
from tests.loadtest.live.shard import BEGAN, STEPS, recorded, so_far, told_at

KILL = Event(at=20.0, what="kill EU-1", by="chaos", sentence="EU-1 is killed")


def held(told: dict) -> dict:
    return {each["text"]: each["held"] for each in told["thresholds"]}


def test_thresholds_hold_or_not_by_what_was_measured_and_are_open_where_nothing_was() -> None:
    found = told_at(recorded(30), 30)
    assert held(found) == {
        "p95 < 100ms": True,
        "errors < 0.1%": False,
        "p95 < 10ms during rush": None,
        "gap < 500ms": True,
        "rate > 10/s": True,
        "knee > 5/s": None,
    }
    by_text = {each["text"]: each for each in found["thresholds"]}
    assert by_text["p95 < 100ms"]["value"] == pytest.approx(20, rel=0.003)
    assert by_text["errors < 0.1%"]["value"] == pytest.approx(0.02)
    assert by_text["rate > 10/s"]["value"] == pytest.approx(100)
    assert by_text["knee > 5/s"]["sentence"] == "not known yet"


def test_a_phase_is_judged_as_soon_as_it_has_begun() -> None:
    assert held(told_at(recorded(50), 45))["p95 < 10ms during rush"] is False


def test_a_gap_is_remembered() -> None:
    record = recorded(30, down=(10.0, 11.5))
    assert held(told_at(record, 14))["gap < 500ms"] is False
    assert held(told_at(record, 30))["gap < 500ms"] is False


def test_a_shard_does_not_judge_what_only_all_together_can_say() -> None:
    found = held(told_at(recorded(20, Shard(1, 2)), 20, Shard(1, 2)))
    assert (found["gap < 500ms"], found["rate > 10/s"], found["errors < 0.1%"]) == (None, None, False)


def test_the_heatmap_has_every_answer_in_its_second_and_row() -> None:
    heat = told_at(recorded(30), 30)["heatmap"]
    assert (heat["at"], heat["step"]) == (list(range(30)), 1)
    [row] = {place for counts in heat["counts"] for place, n in enumerate(counts) if n}
    assert heat["bounds_ms"][row - 1] < 20 <= heat["bounds_ms"][row]
    assert [sum(counts) for counts in heat["counts"]] == [100] * 30


def test_the_crash_map_is_that_of_the_record() -> None:
    record = recorded(30)
    found = told_at(record, 30)["crashes"]
    whole = crashes(read(record, Timeline((), 60.0)), STEPS)
    assert json.loads(json.dumps(found)) == json.loads(json.dumps(whole))
    assert sum(each["n"] for each in found) == 60


def test_a_gap_after_a_step_is_in_the_failover_log_while_the_run_goes_on() -> None:
    record = recorded(50, down=(20.0, 21.5))
    early, late = (told_at(record, second, events=(KILL,))["failovers"] for second in (30, 50))
    for found in (early, late):
        [entry] = [each for each in found if each["region"] == "EU"]
        assert entry["gap_ms"] == pytest.approx(1520, abs=1.1)
        assert entry["sentence"].startswith("kill EU-1, for EU:")


def test_late_seconds_are_named() -> None:
    record = recorded(30)
    record.beat(12.5, 0.3)
    assert told_at(record, 30)["validity"]["late_seconds"] == [12]


def test_phases_are_told_at_once() -> None:
    assert [each["name"] for each in told_at(recorded(1), 1)["phases"]] == ["warm-up", "hold", "rush"]


def test_before_the_start_there_is_something_to_tell_already() -> None:
    found = so_far().told(recorded(0), 0, BEGAN)
    assert {each["held"] for each in found["thresholds"]} == {None}
    assert found["heatmap"]["at"] == []
    assert "validity" not in found


def test_what_is_told_stays_small_however_much_goes_wrong() -> None:
    record = recorded(310)
    growing = so_far(seconds=3600.0)
    for number in range(3000):
        at = number / 10
        record.sample(at, at + 0.01, Key(0, "EU", "", "", ERROR), number, f"reason {number % 100}")
    growing.look(record, 310)
    found = growing.told(record, 310, BEGAN)
    assert len(found["crashes"]) == 30
    assert len(found["heatmap"]["at"]) <= 101
    assert len(json.dumps(found)) < 60_000


def test_in_the_warm_up_nothing_is_judged_yet() -> None:
    found = told_at(recorded(4), 4)["validity"]
    assert (found["valid"], found["sentence"]) == (None, "warming up: nothing is judged yet")
    assert told_at(recorded(30), 30)["validity"]["valid"] is True
