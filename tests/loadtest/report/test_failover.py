from dataclasses import replace

import pytest

from meridian.loadtest.outcomes import OK
from meridian.loadtest.record import Key, Record
from meridian.loadtest.report.failover import failovers
from meridian.loadtest.results.summary import Failover
from tests.loadtest.report.runs import Run, decided


def killed() -> Run:
    """At 40 s: 0.3 s of nothing, 0.1 s of failures, then another location; back at 60 s."""
    return (
        Run()
        .chaos(40.0, "kill europe-west1")
        .instead("EU", 40.0, 40.3)
        .instead("EU", 40.3, 40.4, outcome="unavailable", detail="no healthy upstream")
        .instead("EU", 40.4, 60.0, location="europe-west4")
    )


def only(found: list[Failover]) -> Failover:
    assert len(found) == 1, found
    return found[0]


def test_a_kill_and_the_decision_after_it_are_one_entry_with_what_clients_saw() -> None:
    found = failovers(
        killed().chaos(60.0, "restore europe-west1").part(), [decided(42.1, "failover", "europe-west1", "EU")]
    )
    kill, restore = found
    assert (kill["at"], kill["region"], kill["from"], kill["to"]) == (
        40.0,
        "EU",
        "europe-west1",
        "europe-west4",
    )
    assert kill["decision"] is not None
    assert (kill["decision"]["id"], kill["decision"]["at"], kill["decision"]["kind"]) == (
        "d-42.1-EU",
        42.1,
        "failover",
    )
    # The first failure is that of the request due at 40.3: number 2 * 2015 + 1, seen 5 ms later.
    assert kill["noticed"] == {"at": 40.305, "number": 4031, "what": "unavailable: no healthy upstream"}
    assert kill["failed"] == 5
    # The last success arrived at 39.985, the first one after at 40.405.
    assert kill["gap_at"] == pytest.approx(39.985, abs=0.0011)
    assert kill["gap_ms"] == pytest.approx(420, abs=1.1)
    assert kill["normal_at"] == pytest.approx(40.405, abs=0.0011)
    assert kill["sentence"] == (
        "kill europe-west1, for EU: 5 failed, 420 ms without an answer, europe-west4 took over, normal after 405 ms"
    )
    assert restore["region"] == ""
    assert restore["noticed"] is None


def test_a_kill_without_a_decision_still_shows_its_gap() -> None:
    entry = only(failovers(killed().part(), []))
    assert entry["decision"] is None
    assert entry["gap_ms"] == pytest.approx(420, abs=1.1)
    assert entry["failed"] == 5


def test_a_decision_that_nobody_noticed_is_shown_as_such() -> None:
    entry = only(failovers(Run().part(), [decided(50, "drain", "us-central1")]))
    assert (entry["region"], entry["from"], entry["to"], entry["failed"]) == ("US", "us-central1", "", 0)
    assert entry["noticed"] is None
    assert entry["gap_ms"] is None
    assert entry["normal_at"] is None
    assert entry["sentence"] == "drain: users of US did not notice; no request failed, and none was missing"


def test_of_two_edges_that_decided_only_the_users_of_one_noticed() -> None:
    found = failovers(
        killed().part(),
        [decided(42.5, "failover", "europe-west1", "US"), decided(42.1, "failover", "europe-west1", "EU")],
    )
    assert [(each["region"], each["failed"], each["noticed"] is not None) for each in found] == [
        ("EU", 5, True),
        ("US", 0, False),
    ]
    assert [each["decision"] and each["decision"]["id"] for each in found] == ["d-42.1-EU", "d-42.5-US"]


def test_an_outage_that_nobody_made_belongs_to_the_decision_after_it() -> None:
    run = (
        Run()
        .instead("EU", 40.0, 42.0, outcome="broken", detail="connection refused")
        .instead("EU", 42.0, 90.0, location="europe-west4")
    )
    entry = only(failovers(run.part(), [decided(43.0, "failover", "europe-west1", "EU")]))
    assert entry["at"] == 43.0
    assert entry["noticed"] == {"at": 40.005, "number": 4001, "what": "broken: connection refused"}
    assert entry["failed"] == 100
    assert entry["gap_ms"] == pytest.approx(2020, abs=1.1)
    assert entry["normal_at"] == pytest.approx(42.005, abs=0.0011)


def test_a_later_decision_does_not_count_again_what_belongs_to_the_one_before() -> None:
    later = [decided(42.1, "failover", "europe-west1", "EU"), decided(45.0, "drain", "europe-west1", "EU")]
    found = failovers(killed().part(), later)
    assert [(each["at"], each["failed"], each["to"], round(each["gap_ms"] or 0)) for each in found] == [
        (40.0, 5, "europe-west4", 420),
        (45.0, 0, "europe-west1", 20),  # when it went back, at 60 s
    ]


def test_traffic_that_goes_back_is_noticed_without_a_failure() -> None:
    found = failovers(
        killed().chaos(58.0, "restore europe-west1").part(),
        [decided(59.5, "return-start", "europe-west1", "EU")],
    )
    back = found[1]
    assert (back["at"], back["region"], back["from"], back["to"], back["failed"]) == (
        58.0,
        "EU",
        "europe-west4",
        "europe-west1",
        0,
    )
    assert back["noticed"] == {"at": 60.005, "number": 6001, "what": "answered by europe-west1"}
    assert back["gap_ms"] == pytest.approx(20, abs=1.1), (
        "where another location took over there is always a gap"
    )
    assert "none failed, at most 20 ms between answers (usually 20 ms)" in back["sentence"]


def test_what_goes_on_to_the_end_was_never_normal_again() -> None:
    entry = only(
        failovers(
            Run().chaos(80.0, "kill europe-west1").instead("EU", 80.0, 90.0, outcome="unavailable").part(), []
        )
    )
    assert entry["normal_at"] is None
    assert entry["to"] == ""
    assert entry["failed"] == 500
    assert entry["sentence"].endswith("not normal again in this run")


def test_a_gap_that_nothing_explains_is_an_entry_of_its_own() -> None:
    entry = only(failovers(Run().instead("US", 30.0, 31.0).part(), []))
    assert (entry["region"], entry["decision"], entry["noticed"]) == ("US", None, None)
    assert entry["gap_ms"] == pytest.approx(1020, abs=1.1)
    assert "nothing was broken on purpose" in entry["sentence"]


def test_a_gap_of_the_generator_itself_is_no_gap_of_the_target() -> None:
    run = Run().instead("US", 30.0, 30.9)
    part = run.part()
    part.record.beat(30.2, 0.4)
    assert failovers(part, []) == []


@pytest.mark.parametrize(("until", "listed"), [(30.06, 0), (30.4, 0), (30.55, 1)])
def test_a_short_gap_without_an_explanation_is_noise(until: float, listed: int) -> None:
    assert len(failovers(Run().instead("US", 30.0, until).part(), [])) == listed


def test_a_long_gap_is_noise_where_answers_are_rare() -> None:
    """At 50 answers a second one of 900 ms is an outage; at two a second it is one answer that is missing."""
    part = Run().part()
    rare = Record()
    for number in range(180):
        due = number / 2
        rare.due(due)
        rare.sent(due, 0.0002)
        if not 100 <= number < 116:
            rare.sample(due, due + 0.005, Key(0, "US", "us-central1", "1", OK), number)
    assert failovers(replace(part, record=rare), []) == []


def test_a_short_gap_after_a_step_is_exact_also_where_the_generator_was_a_little_late() -> None:
    part = Run().chaos(40.0, "kill europe-west1").instead("EU", 40.0, 40.4).part()
    part.record.beat(40.6, 0.11)
    entry = only(failovers(part, []))
    assert entry["gap_ms"] == pytest.approx(420, abs=1.1)


def test_a_gap_after_a_step_is_not_the_targets_where_the_generator_stood_still_for_most_of_it() -> None:
    part = Run().chaos(40.0, "kill europe-west1").instead("EU", 40.0, 40.4).part()
    part.record.beat(40.3, 0.3)
    assert only(failovers(part, []))["gap_ms"] is None


def test_what_fails_now_and_then_anyway_is_nobodys_fault() -> None:
    run = Run().chaos(40.0, "kill europe-west1").instead("EU", 40.4, 90.0, location="europe-west4")
    for at in (5, 12, 33, 57, 71):
        run.instead(
            "EU", at, at + 0.02, outcome="error", detail="500", location="europe-west4" if at > 40 else ""
        )
    entry = only(failovers(run.part(), []))
    assert entry["failed"] == 0
    assert entry["noticed"] is not None
    assert entry["noticed"]["what"] == "answered by europe-west4"
    assert entry["normal_at"] == pytest.approx(40.405, abs=0.0011)


@pytest.mark.parametrize("subject", ["user-81", "MA", ""])
def test_decisions_about_something_else_are_left_out(subject: str) -> None:
    assert failovers(Run().part(), [decided(50, "override", subject)]) == []


@pytest.mark.parametrize("at", [-5.0, 95.0])
def test_decisions_outside_the_run_are_left_out(at: float) -> None:
    assert failovers(Run().part(), [decided(at, "drain", "us-central1")]) == []


def test_a_step_that_could_touch_nobody_says_so() -> None:
    entry = only(failovers(Run().chaos(40.0, "kill asia-south1").part(), []))
    assert (entry["region"], entry["from"], entry["failed"]) == ("", "asia-south1", 0)
    assert (
        entry["sentence"]
        == "kill asia-south1: clients did not notice; nobody was served from there at the time"
    )


def test_a_run_without_a_single_answer_has_an_entry_for_its_step() -> None:
    run = Run(10).chaos(2.0, "kill europe-west1").instead("EU", 0, 10).instead("US", 0, 10)
    assert [each["sentence"][:17] for each in failovers(run.part(), [])] == ["kill europe-west1"]


def test_no_sentence_is_too_long() -> None:
    name = "a-location-with-a-name-that-goes-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on"
    run = Run().instead("EU", 0.0, 40.0, location=name).chaos(40.0, f"kill {name}").instead("EU", 40.0, 40.3)
    assert all(len(each["sentence"]) <= 140 for each in failovers(run.part(), []))


def moved(at: float = 12.0) -> Run:
    """Killed by hand: 60 ms of nothing, then another location, and nothing fails."""
    return Run(60).instead("EU", at, at + 0.06).instead("EU", at + 0.06, 60.0, location="europe-west4")


@pytest.mark.parametrize("at", [0.7, 1.5, 12.0, 40.0])
def test_a_kill_by_hand_shows_its_gap_and_who_took_over_though_nothing_failed(at: float) -> None:
    entry = only(failovers(moved(at).part(), [decided(at + 2.1, "failover", "europe-west1", "EU")]))
    assert (entry["from"], entry["to"], entry["failed"]) == ("europe-west1", "europe-west4", 0)
    assert entry["gap_ms"] == pytest.approx(80, abs=1.1)
    assert entry["gap_at"] == pytest.approx(at - 0.015, abs=0.0011)
    assert "europe-west4 took over" in entry["sentence"]


def test_normal_again_is_judged_by_latency_too() -> None:
    """Nothing fails, but for three seconds who takes over is slow."""
    run = Run(60).chaos(40.0, "kill europe-west1").instead("EU", 40.0, 60.0, location="europe-west4")
    part = run.part()
    for number in range(90):
        due = 40.0 + number / 30
        part.record.sample(due, due + 0.2, Key(0, "EU", "europe-west4", "", OK), 100_000 + number)
    entry = only(failovers(part, []))
    assert entry["failed"] == 0
    assert entry["normal_at"] == pytest.approx(43.0, abs=0.0061)
    assert entry["sentence"].endswith("europe-west4 took over, normal after 3 s")


def test_nobody_due_for_a_while_is_no_outage_and_many_gaps_are_bounded() -> None:
    rare = Record()
    for number in range(40):
        due = number * 1.0 + (6.6 if number > 20 else 0.0)
        rare.due(due)
        rare.sent(due, 0.0002)
        rare.sample(due, due + 0.16, Key(0, "US", "us-central1", "1", OK), number)
    assert failovers(replace(Run(50).part(), record=rare), []) == []
    many = Run(90)
    for number in range(8):
        many.instead("US", 10.0 * number + 2, 10.0 * number + 4 + number / 10)
    found = failovers(many.part(), [])
    assert [round(each["gap_at"] or 0) for each in found] == [32, 42, 52, 62, 72], "the longest ones"
