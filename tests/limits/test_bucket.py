import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.limits.bucket import FULL, Bucket, admits, take
from meridian.limits.quota import Quota

CHAT = Quota(100, 60.0, 100)


def drain(quota: Quota, times: list[float], bucket: Bucket = FULL) -> list[bool]:
    admitted = []
    for now in times:
        taken = take(bucket, quota, now)
        bucket = taken.bucket
        admitted.append(taken.admitted)
    return admitted


def test_a_full_bucket_lets_its_burst_through_and_then_one_an_interval() -> None:
    assert sum(drain(CHAT, [0.0] * 101)) == 100
    later = drain(CHAT, [0.0] * 100 + [0.59, 0.61, 0.62, 1.21])
    assert later[100:] == [False, True, False, True]


def test_what_it_tells_comes_true() -> None:
    bucket = take(FULL, CHAT, 0.0, hits=98).bucket
    refused = take(bucket, CHAT, 0.0, hits=5)
    assert (refused.admitted, refused.remaining) == (False, 2)
    assert refused.retry_after == pytest.approx(1.8)
    assert take(bucket, CHAT, 1.8 + 1e-6, hits=5).admitted
    assert refused.reset == pytest.approx(58.8)
    assert take(bucket, CHAT, 58.8 + 1e-6).remaining == 99


def test_more_than_it_ever_holds_never_passes() -> None:
    assert take(FULL, CHAT, 0.0, hits=101).retry_after == float("inf")


def test_another_quota_keeps_the_proportion_of_what_is_left() -> None:
    half = take(FULL, CHAT, 0.0, hits=50).bucket
    assert take(half, Quota(200, 60.0, 200), 0.0, hits=1).remaining == 99
    assert take(half, Quota(10, 60.0, 10), 0.0, hits=1).remaining == 4


def test_a_clock_that_went_back_gives_nothing() -> None:
    empty = take(FULL, CHAT, 100.0, hits=100).bucket
    back = take(empty, CHAT, 40.0)
    assert not back.admitted
    assert not take(back.bucket, CHAT, 100.5).admitted


@given(
    rate=st.integers(1, 500),
    window=st.floats(1, 3600),
    burst=st.integers(1, 500),
    gaps=st.lists(st.floats(0, 30), max_size=200),
)
def test_no_stretch_of_time_lets_more_through_than_the_quota_says(
    rate: int, window: float, burst: int, gaps: list[float]
) -> None:
    quota, times, now = Quota(rate, window, burst), [], 0.0
    for gap in gaps:
        now += gap
        times.append(now)
    passed = [at for at, admitted in zip(times, drain(quota, times), strict=True) if admitted]
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            stretch = passed[last] - passed[first]
            assert last - first + 1 <= admits(quota) + stretch * rate / window * admits(quota) / burst + 1e-6


@given(burst=st.integers(1, 10_000_000))
def test_a_burst_is_exact_as_long_as_credits_divide_finely_enough(burst: int) -> None:
    assert burst * (1 - 1.2 * burst / 1e9) - 1 <= admits(Quota(burst, 60.0, burst)) <= burst
    if burst <= 31_622:
        assert admits(Quota(burst, 60.0, burst)) == burst
