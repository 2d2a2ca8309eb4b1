from meridian.loadtest.report.capacity import capacity
from tests.loadtest.report.sample import empty, summary


def test_the_knee_is_drawn_and_each_rate_is_a_row() -> None:
    given = summary(60)
    made = str(capacity(given))
    assert made.count("knee 1,380/s") == 2
    assert made.count('<tr role="row">') == 11
    assert "Beyond 1,380/s more requests brought no more answers" in made


def test_no_rate_may_have_been_carried_and_nothing_answered() -> None:
    given = summary(60)
    assert given["capacity"]
    given["capacity"]["knee_rate"] = None
    given["capacity"]["points"] = [
        {"rate": 100.0, "achieved": 0.0, "p50": None, "p95": None, "p99": None, "errors": 1.0}
    ]
    made = str(capacity(given))
    assert "knee " not in made.replace("line knee", "").replace("swatch knee", "")
    assert ">100 %</td>" in made


def test_scenarios_that_do_not_look_for_it_have_no_curve() -> None:
    assert capacity(empty()) is None
