"""Two runs side by side: a row for each second, a column for each latency that either has."""

import pytest

from meridian.loadtest.outcomes import ERROR
from meridian.loadtest.record import Key, Record, Second
from meridian.loadtest.results.pairs import MOST_ROWS, pair
from tests.loadtest.results.runs import steady


def test_both_have_the_same_rows_and_columns() -> None:
    laid = pair(steady(3, rate=10, ms=20.0), steady(3, rate=10, ms=30.0), [0, 2])
    assert laid.ms.tolist() == [pytest.approx(20, rel=0.001), pytest.approx(30, rel=0.001)]
    assert laid.before.counts.tolist() == [[10, 0], [10, 0]]
    assert laid.after.counts.tolist() == [[0, 10], [0, 10]]
    assert (laid.seconds, laid.step) == (2, 1)


def test_failures_are_counted_and_their_latencies_left_out() -> None:
    record = steady(1, rate=10)
    record.sample(0.5, 0.501, Key(0, "EU", "eu-1", "v1", ERROR), 11)
    side = pair(record, record, [0]).before
    assert side.counts.tolist() == [[10]]
    assert (side.ended.tolist(), side.failed.tolist()) == ([11], [1])


def test_a_long_run_is_laid_out_in_rows_of_several_seconds_and_the_last_that_is_not_full_left_out() -> None:
    record = steady(1, rate=1)
    laid = pair(record, record, list(range(2 * MOST_ROWS + 1)))
    assert laid.step == 3
    assert len(laid.before.ended) == (2 * MOST_ROWS + 1) // 3
    assert laid.before.ended.sum() == 1


def test_what_the_generator_spoilt_is_known_of_each() -> None:
    late = steady(2, rate=10)
    late.add(1, Second(beat=500_000))
    laid = pair(steady(2, rate=10), late, [0, 1])
    assert [(side.due, side.spoilt) for side in (laid.before, laid.after)] == [(20, 0), (20, 5)]


def test_nothing_has_no_column() -> None:
    laid = pair(Record(), Record(), [0, 1])
    assert laid.before.counts.shape == (2, 0)
