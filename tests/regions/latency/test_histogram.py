"""Medians out of a few counts, close enough to the real ones."""

import statistics
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from meridian.regions.latency.histogram import BINS, SLOWEST, Measured, bin_of, by_place, summary

latencies = st.floats(min_value=1.0, max_value=SLOWEST)


@given(st.lists(latencies, min_size=1, max_size=200))
def test_a_median_is_at_most_a_fortieth_off(values: list[float]) -> None:
    found = summary(Counter(map(bin_of, values)))
    exact = statistics.median_low(values)
    assert found.samples == len(values)
    assert exact * 0.97 - 0.1 <= found.median <= exact * 1.03 + 0.1


@given(st.floats(min_value=0.0001, max_value=SLOWEST * 10))
def test_every_latency_has_a_bin(value: float) -> None:
    assert 0 <= bin_of(value) < BINS


def test_nothing_measured_is_no_sample() -> None:
    assert summary({}) == Measured(0, 0.0)


def test_rows_of_one_bin_add_up_and_places_stay_apart() -> None:
    ten, hundred = bin_of(10), bin_of(100)
    found = by_place(
        [("AE", "EU", ten, 1), ("AE", "EU", ten, 2), ("AE", "EU", hundred, 1), ("IN", "EU", hundred, 5)]
    )
    assert found["AE"]["EU"].samples == 4
    assert abs(found["AE"]["EU"].median - 10) < 0.5
    assert abs(found["IN"]["EU"].median - 100) < 3
