import math

from hypothesis import given
from hypothesis import strategies as st

from meridian.limits.exact import gcra
from meridian.limits.quota import Quota

quotas = st.builds(
    Quota,
    st.integers(1, 5000),
    st.sampled_from([1.0, 7.0, 60.0, 300.0, 3600.0]),
    st.integers(1, 200),
)
steps = st.lists(st.tuples(st.integers(0, 30_000_000), st.integers(1, 5)), max_size=60)
START = 1_900_000_000 * gcra.SECOND


@given(quotas, steps)
def test_in_no_stretch_more_is_admitted_than_burst_and_refill(
    quota: Quota, steps: list[tuple[int, int]]
) -> None:
    pace = gcra.pace(quota)
    now, tat, admitted = START, 0, []
    for pause, hits in steps:
        now += pause
        moved = gcra.after(tat, pace, hits, now)
        if moved is not None:
            tat = moved
            admitted.append((now, hits))
    for first, (began, _) in enumerate(admitted):
        total = 0
        for at, hits in admitted[first:]:
            total += hits
            assert total <= quota.burst + (at - began) / gcra.SECOND * quota.rate / quota.window + 1e-9


@given(quotas)
def test_a_full_bucket_admits_exactly_its_burst_at_once(quota: Quota) -> None:
    pace, tat, admitted = gcra.pace(quota), 0, 0
    while (moved := gcra.after(tat, pace, 1, START)) is not None:
        tat, admitted = moved, admitted + 1
    assert admitted == quota.burst
    assert gcra.ahead(tat, pace, START) == pace.refill


@given(quotas, st.integers(0, 400), st.integers(1, 5))
def test_after_the_told_wait_it_passes_and_not_a_microsecond_before(
    quota: Quota, taken: int, hits: int
) -> None:
    pace = gcra.pace(quota)
    tat = START + min(taken, quota.burst) * pace.interval
    wait = gcra.retry(tat, pace, hits, START)
    if hits > quota.burst:
        assert wait == math.inf
        return
    then = START + round(wait * gcra.SECOND)
    assert gcra.after(tat, pace, hits, then) is not None
    if wait:
        assert gcra.after(tat, pace, hits, then - 1) is None


@given(quotas, st.integers(1, 200))
def test_what_remains_is_what_passes(quota: Quota, taken: int) -> None:
    pace = gcra.pace(quota)
    tat = START + min(taken, quota.burst) * pace.interval
    left = (pace.refill - gcra.ahead(tat, pace, START)) // pace.interval
    assert left == 0 or gcra.after(tat, pace, left, START) is not None
    assert gcra.after(tat, pace, left + 1, START) is None


def test_several_limits_are_taken_together_or_not_at_all() -> None:
    wide, narrow = gcra.pace(Quota(100, 60.0, 100)), gcra.pace(Quota(1, 60.0, 1))
    both = gcra.charged([0, 0], [wide, narrow], [1, 1], START)
    assert both == [START + wide.interval, START + narrow.interval]
    assert gcra.charged(both, [wide, narrow], [1, 1], START) is None


def test_a_limit_that_is_raised_keeps_its_proportion_and_a_clock_that_went_back_costs_one_refill_at_most() -> (
    None
):
    five, ten = gcra.pace(Quota(5, 300.0, 5)), gcra.pace(Quota(10, 300.0, 10))
    used = START + 3 * five.interval
    assert (five.refill - gcra.ahead(used, five, START)) // five.interval == 2
    assert (ten.refill - gcra.ahead(used, ten, START)) // ten.interval == 4
    assert gcra.ahead(START + 10**12, five, START) == five.refill
    assert gcra.ahead(START - 1, five, START) == 0


def test_a_rate_finer_than_the_clock_is_no_licence() -> None:
    pace = gcra.pace(Quota(50_000_000, 1.0, 10))
    assert pace.interval == 1
    assert gcra.after(START + pace.refill, pace, 1, START) is None
