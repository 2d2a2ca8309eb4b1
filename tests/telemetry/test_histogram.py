"""Percentiles within 1 % of the exact nearest rank, whatever was merged in whatever order; hostile JSON is refused."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.telemetry.histogram import LARGEST, Histogram, bucket, middle

VALUES = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=300)
PARTS = st.lists(st.lists(st.integers(0, LARGEST), max_size=50), min_size=3, max_size=3)


@given(VALUES, st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0]))
def test_a_percentile_is_within_one_percent_of_the_exact_nearest_rank(
    values: list[int], share: float
) -> None:
    exact = sorted(values)[max(0, math.ceil(share * len(values) - 1e-9) - 1)]
    found = Histogram.of(values).percentile(share)
    assert found is not None
    assert abs(found - exact) <= 0.01 * exact


@given(st.integers(0, LARGEST))
def test_a_buckets_middle_is_near_every_value_in_it(value: int) -> None:
    assert abs(middle(bucket(value)) - value) <= 0.008 * value
    assert bucket(value) <= bucket(min(value + 1, LARGEST))


@given(PARTS)
def test_merging_is_adding_in_any_order(parts: list[list[int]]) -> None:
    whole = Histogram.of(value for part in parts for value in part)
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        made = Histogram()
        for place in order:
            made.merge(Histogram.of(parts[place]).counts)
        assert made.counts == whole.counts
    left, right = Histogram.of(parts[0]), Histogram.of(parts[1])
    right.merge(Histogram.of(parts[2]).counts)
    left.merge(right.counts)
    assert left.counts == whole.counts


@given(VALUES)
def test_json_gives_the_same_back(values: list[int]) -> None:
    made = Histogram.of(values)
    assert Histogram.from_json(json.loads(json.dumps(made.to_json()))).counts == made.counts


def test_what_is_beyond_the_largest_counts_as_that() -> None:
    assert bucket(10**30) == bucket(LARGEST)
    assert Histogram.of([-5]).percentile(1.0) == 0.0
    assert Histogram().percentile(0.5) is None


@pytest.mark.parametrize(
    "raw",
    [
        [1],
        [-1, 2],
        [1, -2],
        [1, 2.0],
        [1, True],
        [1, 10**30],
        [bucket(LARGEST) + 1, 1],
        ["1", 1],
        [1, 1] * 5000,
    ],
)
def test_what_is_no_histogram_is_refused(raw: list[int]) -> None:
    with pytest.raises(ValueError, match="histogram"):
        Histogram.from_json(raw)
