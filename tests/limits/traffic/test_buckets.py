"""The many buckets count as the one in `limits.bucket` does."""

from hypothesis import given
from hypothesis import strategies as st

from meridian.limits.bucket import FULL, take
from meridian.limits.quota import Quota
from meridian.limits.traffic.buckets import Buckets, Pace

QUOTAS = st.builds(
    Quota, rate=st.integers(1, 500), window=st.sampled_from((1.0, 60.0, 3600.0)), burst=st.integers(1, 500)
)


@given(QUOTAS, st.lists(st.tuples(st.floats(-5, 100), st.integers(1, 5))))
def test_it_pays_exactly_when_the_single_bucket_does(quota: Quota, requests: list[tuple[float, int]]) -> None:
    buckets, pace, bucket, now = Buckets(10), Pace.of(quota), FULL, 1000.0
    for passed, hits in requests:
        now += passed
        taken = take(bucket, quota, now, hits)
        bucket = taken.bucket
        assert buckets.fits("u1", pace, now, hits) == taken.admitted
        assert buckets.take("u1", pace, now, hits) == taken.admitted


def test_buckets_are_bounded_and_those_in_use_are_kept() -> None:
    buckets, pace = Buckets(100), Pace.of(Quota(2, 3600, 2))
    assert buckets.take("busy", pace, 0)
    assert buckets.take("busy", pace, 0)
    for number in range(10_000):
        assert buckets.take(number, pace, 0)
        assert not buckets.take("busy", pace, 0)
    assert len(buckets) <= 100


def test_a_request_that_stands_for_many_takes_as_much_and_still_fits_into_a_full_bucket() -> None:
    buckets = Buckets(10)
    eight = Pace.of(Quota(80, 60, 80), 8)
    assert [buckets.take("DE", eight, 0) for _ in range(11)] == [True] * 10 + [False]
    assert buckets.take("FR", Pace.of(Quota(2, 60, 2), 1000), 0)
