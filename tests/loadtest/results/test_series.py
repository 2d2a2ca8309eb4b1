"""The run over time, in points of several seconds."""

from meridian.loadtest.record import Record
from meridian.loadtest.results import series
from meridian.loadtest.results.reading import Reading, read
from meridian.loadtest.results.timeline import Timeline
from tests.loadtest.results.runs import memory, steady


def drawn(record: Record, seconds: float = 900.0) -> Reading:
    """900 s: three seconds to a point."""
    return read(record, Timeline((), seconds))


def test_a_point_is_late_when_one_of_its_seconds_was_and_has_the_longest_lag() -> None:
    record = steady(9, rate=10)
    record.sent(4.5, 0.25)
    found = series.series(drawn(record), frozenset({4}))
    assert found["at"] == [0, 3, 6]
    assert found["late"] == [False, True, False]
    assert found["lag_ms"][1] > 200 > 1 > found["lag_ms"][0]
    assert found["asked"] == [10.0] * 3


def test_answers_that_come_after_the_last_request_add_no_point() -> None:
    record = steady(3, rate=10)
    memory(record, "envoy", [1e6] * 9)
    assert series.series(drawn(record), frozenset())["at"] == [0]
    assert series.resources(drawn(record))["at"] == [0, 3, 6]
    assert series.resources(drawn(record))["processes"][0]["rss"] == [1e6] * 3


def test_one_latency_is_one_row_of_the_heatmap_and_nothing_is_none() -> None:
    found = series.heatmap(drawn(steady(3, rate=10, ms=20.0)))
    assert (len(found["bounds_ms"]), found["counts"]) == (1, [[30]])
    assert series.heatmap(drawn(Record())) == {"at": [], "step": 3, "bounds_ms": [], "counts": []}
