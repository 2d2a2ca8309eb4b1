import pytest

from meridian.loadtest.aborting import Aborting, measured
from meridian.loadtest.plan import StepFacts
from meridian.loadtest.record import Key, Record
from meridian.loadtest.scenario.aborts import abort_rule

STEPS = (StepFacts("swipe", "swipe", "POST /v1/swipe"), StepFacts("feed", "feed", "GET /v1/feed"))


def fill(
    record: Record, second: int, outcomes: dict[str, int], ms: float = 10.0, step: int = 0, region: str = "EU"
) -> None:
    for outcome, n in outcomes.items():
        for number in range(n):
            at = second + number / 1000
            record.due(at)
            record.sent(at, 0.0)
            record.sample(at, at + ms / 1000, Key(step, region, "west", "1", outcome), number, "")


def test_a_rule_ends_the_run_once_it_was_true_for_long_enough():
    record = Record()
    aborting = Aborting([abort_rule("errors > 50% for 3s")], STEPS, keep=2.0)
    for second, outcomes in enumerate(
        [{"ok": 10}, {"error": 6, "ok": 4}, {"ok": 10}, {"error": 9}, {"error": 9}]
    ):
        fill(record, second, outcomes)
        assert aborting.look(record, second + 1) == ""
    fill(record, 5, {"error": 9})
    assert aborting.look(record, 6) == "`errors > 50% for 3s` came true at 6 s"


def test_answers_that_come_late_count_for_the_seconds_in_which_they_were_due():
    record = Record()
    aborting = Aborting([abort_rule("errors > 50% for 2s")], STEPS, keep=5.0)
    assert aborting.look(record, 3) == ""
    fill(record, 0, {"timeout": 5}, ms=4000)
    fill(record, 1, {"timeout": 5}, ms=4000)
    assert "came true at 2 s" in aborting.look(record, 5)


def test_the_second_under_way_is_not_judged():
    record = Record()
    fill(record, 0, {"error": 9})
    aborting = Aborting([abort_rule("errors > 1% for 1s")], STEPS, keep=1.0)
    assert aborting.look(record, 0) == ""
    assert aborting.look(record, 1) != ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("p95 > 1s for 1s", 20.0),
        ("mean > 1s for 1s", 12.5),
        ("max > 1s for 1s", 20.0),
        ("swipe.p50 > 1s for 1s", 10.0),
        ("p50 > 1s in US for 1s", 20.0),
        ("feed.errors > 1% for 1s", 1.0),
        ("errors > 1% in EU for 1s", 0.0),
        ("limited > 1% for 1s", 0.0),
        ("rate < 50% for 1s", 1.0),
        ("rate < 5/s for 1s", 4.0),
        ("p99 > 1s in APAC for 1s", None),
    ],
)
def test_what_a_condition_measures(text, value):
    record = Record()
    fill(record, 0, {"ok": 3}, ms=10)
    fill(record, 0, {"error": 1}, ms=20, step=1, region="US")
    found = measured(abort_rule(text).when, record.second(0), STEPS)
    assert found == (None if value is None else pytest.approx(value, rel=0.002))
