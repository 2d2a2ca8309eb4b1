"""Which seconds count."""

import pytest

from meridian.loadtest.results.facts import scenario_facts
from meridian.loadtest.results.timeline import Timeline, whole
from tests.loadtest.results.runs import phase, scenario

PHASES = [phase("warm", 0, 7.5, warm_up=True), phase("hold", 7.5, 60), phase("hold", 60, 70)]


def timeline(seconds: float = 70.0) -> Timeline:
    return Timeline(scenario_facts(scenario(phases=PHASES)).phases, seconds)


def test_a_second_that_is_partly_warm_up_is_not_judged() -> None:
    assert [second for second in range(70) if timeline().warm(second)] == list(range(8))
    assert timeline().judged() == 62
    assert timeline(30.5).judged() == 22.5


def test_phases_of_one_name_belong_together() -> None:
    assert timeline().during("hold") == [(8, 60), (60, 70)]
    assert timeline().during("rush") == []


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        (0, 3, (0, 3)),
        (0.5, 3.5, (1, 3)),
        (2.2, 2.6, (2, 3)),
        (2.9, 3.1, (2, 4)),
        (1 / 3 * 3, 2.9999999, (1, 3)),
    ],
)
def test_whole_seconds(start: float, end: float, seconds: tuple[int, int]) -> None:
    assert whole(start, end) == seconds


def test_a_series_has_300_points_at_most() -> None:
    assert timeline(300).step == 1
    assert timeline(301).step == 2
    assert timeline(3600).step == 12
