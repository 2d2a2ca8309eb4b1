import re

from meridian.loadtest.report.before import before
from tests.loadtest.report.sample import empty, summary


def test_each_figure_is_told_before_and_now_with_its_interval() -> None:
    made = str(before(summary(60)))
    assert "Compared with 20261121-swipe-1c02" in made
    assert re.search(
        r">p95</th>.*?>131 ms</td>.*?>147 ms</td>.*?>\+12.0 %</td>.*?>\+8.0 % and \+16.0 %</td>", made
    )
    assert [made.count(word) for word in ("▲ slower", "▼ faster", "= same")] == [2, 1, 2]


def test_changes_of_errors_are_percentage_points() -> None:
    assert re.search(
        r">errors</th>.*?>0.11 %</td>.*?>0.13 %</td>.*?>\+0.02 pp</td>.*?−0.03 pp and \+0.07 pp",
        str(before(summary(60))),
    )


def test_runs_that_cannot_be_compared_say_why() -> None:
    given = empty()
    given["comparison"] = {"with": "x", "verdict": "unlike", "sentence": "other scenarios", "metrics": []}
    made = str(before(given))
    assert "≠ not comparable" in made
    assert "other scenarios" in made


def test_figures_that_only_one_run_has_are_dashes() -> None:
    given = empty()
    metric = {
        "name": "p95",
        "before": None,
        "after": 3.0,
        "change": None,
        "low": None,
        "high": None,
        "verdict": "same",
    }
    given["comparison"] = {"with": "x", "verdict": "same", "sentence": "", "metrics": [metric]}  # type: ignore[typeddict-item, list-item]
    assert str(before(given)).count(">–</td>") == 3


def test_without_an_earlier_run_there_is_no_comparison() -> None:
    assert before(empty()) is None
