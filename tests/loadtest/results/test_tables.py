"""The run in rows, where a row is easily forgotten: steps that nobody took, checks that the scenario does not have."""

from meridian.loadtest.outcomes import CHECK, OK, TIMEOUT
from meridian.loadtest.record import Key, Record, Second
from meridian.loadtest.results import tables
from meridian.loadtest.results.facts import scenario_facts
from meridian.loadtest.results.reading import Reading, read
from meridian.loadtest.results.timeline import Timeline
from tests.loadtest.results.runs import STEPS, scenario

FACTS = scenario_facts(scenario(checks=["home"]))


def reading(*told: tuple[Key, str]) -> Reading:
    record = Record()
    for number, (key, detail) in enumerate(told):
        record.due(1.0)
        record.sent(1.0, 0.0)
        record.sample(1.0, 1.02, key, number, detail)
    return read(record, Timeline(FACTS.phases, 60.0))


def test_a_step_that_nobody_took_has_a_row_of_nothing() -> None:
    rows = tables.steps(Second(), STEPS, 60.0)
    assert [(row["name"], row["requests"], row["rate"], row["errors"]) for row in rows] == [
        ("swipe", 0, 0.0, 0.0),
        ("chat", 0, 0.0, 0.0),
    ]
    assert rows[0]["latency"]["p95"] is None


def test_a_check_looks_at_answers_not_at_what_never_came() -> None:
    found = reading(
        (Key(0, "EU", "eu-1", "v1", OK), ""),
        (Key(0, "EU", "eu-1", "v1", CHECK), "home"),
        (Key(0, "EU", "", "", TIMEOUT), "no answer in 10 s"),
        (Key(1, "EU", "eu-1", "v1", OK), ""),
    )
    (home,) = tables.checks(found, FACTS, STEPS)
    assert (home["n"], home["failed"]) == (2, 1)
    assert home["example"] == "request 1 (swipe, EU) 1.0 s after the start"


def test_a_check_that_the_scenario_does_not_name_is_told_of_when_it_failed() -> None:
    found = reading((Key(1, "EU", "eu-1", "v1", CHECK), "the scenario failed with KeyError"))
    home, other = tables.checks(found, FACTS, STEPS)
    assert (home["name"], home["n"]) == ("home", 0)
    assert (other["name"], other["n"], other["failed"]) == ("the scenario failed with KeyError", 1, 1)


def test_locations_are_shares_of_what_anybody_answered() -> None:
    found = reading(
        *[(Key(0, "EU", "eu-2", "v1", OK), "")] * 3,
        (Key(0, "EU", "eu-1", "", OK), ""),
        (Key(0, "EU", "", "", TIMEOUT), "no answer in 10 s"),
    )
    rows = [(row["name"], row["share"]) for row in tables.locations(found.judged)]
    assert rows == [("eu-2", 0.75), ("eu-1", 0.25)]
    assert [row["name"] for row in tables.versions(found.judged, 60.0)] == ["v1"]


def test_a_record_with_more_steps_than_the_plan_is_told_all_the_same() -> None:
    assert tables.step_name(1, STEPS) == "chat"
    assert tables.step_name(4, STEPS) == "step 5"
