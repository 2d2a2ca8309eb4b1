from meridian.loadtest.record import Key
from meridian.loadtest.report.effects import effect
from meridian.loadtest.report.watched import watched
from tests.loadtest.report.runs import Run


def test_where_a_region_is_served_from_is_where_most_of_its_answers_come_from() -> None:
    run = Run(60)
    for n in range(400):  # one request in five goes elsewhere, all the time
        run.instead("EU", n * 0.1, n * 0.1 + 0.02, location="europe-west4")
    seen = effect(watched(run.part().record)["EU"], 30.0, 60.0, 30.0)
    assert (seen.before, seen.after, seen.noticed) == ("europe-west1", "", None)


def test_a_short_shift_of_all_users_is_seen_with_its_first_request() -> None:
    run = Run(60).instead("EU", 31.5, 33.5, location="europe-west4")
    seen = effect(watched(run.part().record)["EU"], 30.0, 60.0, 30.0)
    assert (seen.before, seen.after) == ("europe-west1", "europe-west4")
    assert seen.noticed == {"at": 31.505, "number": 3151, "what": "answered by europe-west4"}


def test_failures_that_are_as_frequent_as_before_are_no_effect() -> None:
    run = Run(60)
    for n in range(60):
        run.instead("EU", n + 0.2, n + 0.26, outcome="refused", detail="403")
    seen = effect(watched(run.part().record)["EU"], 30.0, 60.0, 30.0)
    assert (seen.failed, seen.noticed, seen.normal_at) == (0, None, None)


def test_more_than_twice_as_many_as_before_are_one() -> None:
    run = Run(60)
    for n in range(60):
        run.instead("EU", n + 0.2, n + 0.26, outcome="refused", detail="403")
    run.instead("EU", 35.0, 35.2, outcome="refused", detail="403")
    seen = effect(watched(run.part().record)["EU"], 30.0, 60.0, 30.0)
    assert seen.failed == 13  # ten, and the second's usual three
    assert seen.noticed == {"at": 35.005, "number": 3501, "what": "refused: 403"}


def test_a_time_limit_that_runs_out_later_belongs_to_when_it_was_seen() -> None:
    run = Run(60)
    part = run.part()
    for n in range(8):
        part.record.sample(29.0 + n / 10, 39.0 + n / 10, Key(0, "EU", "", "", "timeout"), 9_000 + n, "10 s")
    seen = effect(watched(part.record)["EU"], 38.5, 60.0, 38.5)
    assert seen.noticed == {"at": 39.0, "number": 9_000, "what": "timeout: 10 s"}
    assert seen.failed == 8
    assert seen.normal_at == 39.705  # the first success after the last of them


def test_what_came_before_the_moment_is_not_counted() -> None:
    run = (
        Run(60)
        .instead("EU", 20.0, 21.0, outcome="unavailable")
        .instead("EU", 40.0, 40.5, outcome="unavailable")
    )
    seen = effect(watched(run.part().record)["EU"], 35.0, 60.0, 35.0)
    assert seen.failed == 25
    assert seen.gap is not None
    assert 39.9 < seen.gap.since < 40.0
