from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.loadtest.plan import Shard
from meridian.loadtest.scenario import arrivals
from meridian.loadtest.scenario.counts import Count
from meridian.loadtest.scenario.model import PhaseWritten
from meridian.loadtest.scenario.phases import Phase, timed
from tests.loadtest.scenario.test_phases import phases


def hold(rate: float, seconds: float) -> tuple[Phase, ...]:
    return (Phase("hold", 0.0, seconds, ((rate, rate),), "rate", False),)


def test_a_constant_rate_is_even_from_the_first_moment_on() -> None:
    found = list(arrivals.even(hold(50, 2), Shard()))
    assert [one.number for one in found] == list(range(100))
    assert [one.at for one in found] == pytest.approx([number / 50 for number in range(100)])


@settings(max_examples=40, deadline=None)
@given(phases(), st.floats(0.001, 0.02))
def test_arrivals_are_as_many_as_the_phases_say_in_order_and_in_time(
    these: list[PhaseWritten], scale: float
) -> None:
    timing = timed(these, scale=scale)
    found = list(arrivals.even(timing, Shard()))
    assert [one.number for one in found] == list(range(len(found)))
    assert abs(len(found) - Count(timing).total) < 1
    assert all(one.at <= other.at for one, other in pairwise(found))
    assert all(0 <= one.at <= timing[-1].end for one in found)


@settings(max_examples=30, deadline=None)
@given(phases(), st.integers(0, 2**48), st.integers(1, 9), st.booleans())
def test_shards_share_the_arrivals_out_exactly(
    these: list[PhaseWritten], seed: int, count: int, poisson: bool
) -> None:
    timing = timed(these, scale=0.004)

    def of(shard: Shard) -> list[tuple[int, float]]:
        found = arrivals.poisson(timing, seed, shard) if poisson else arrivals.even(timing, shard)
        return [(one.number, one.at) for one in found]

    whole = of(Shard())
    parts = [of(Shard(index, count)) for index in range(count)]
    assert sorted(one for part in parts for one in part) == whole
    for index, part in enumerate(parts):
        assert all(number % count == index for number, _ in part)
        assert part == sorted(part, key=lambda one: one[1])
    assert of(Shard().within(count - 1, count)) == parts[count - 1]
    assert len(whole) == arrivals.how_many(timing, seed if poisson else None)


def test_shards_agree_across_blocks() -> None:
    timing = hold(1000, 30)
    whole = {one.number: one.at for one in arrivals.poisson(timing, 5, Shard())}
    assert len(whole) > 3 * arrivals.BLOCK
    part = list(arrivals.poisson(timing, 5, Shard(2, 7)))
    assert [one.number for one in part] == list(range(2, len(whole), 7))
    assert all(whole[one.number] == one.at for one in part)


def test_poisson_arrivals_are_as_many_on_average_and_as_irregular_as_chance() -> None:
    timing = hold(2000, 50)
    found = np.array([one.at for one in arrivals.poisson(timing, 11, Shard())])
    assert abs(len(found) - 100_000) < 4 * 100_000**0.5
    gaps = np.diff(found)
    assert gaps.mean() == pytest.approx(1 / 2000, rel=0.02)
    assert gaps.std() == pytest.approx(1 / 2000, rel=0.02)
    each = np.bincount(found.astype(int), minlength=50)
    assert 0.5 < each.var() / each.mean() < 1.7  # 1 for Poisson counts; 0 were they even


def test_poisson_arrivals_follow_a_ramp() -> None:
    timing = (Phase("climb", 0.0, 100.0, ((0.0, 400.0),), "ramp", False),)
    found = np.array([one.at for one in arrivals.poisson(timing, 3, Shard())])
    assert float((found < 50).mean()) == pytest.approx(0.25, abs=0.02)


def test_another_seed_is_another_run() -> None:
    timing = hold(100, 5)
    one, other = (list(arrivals.poisson(timing, seed, Shard())) for seed in (1, 2))
    assert one != other
    assert list(arrivals.poisson(timing, 1, Shard())) == one


def test_nothing_is_due_where_the_rate_is_zero() -> None:
    timing = (*hold(10, 2), Phase("rest", 2.0, 4.0, ((0.0, 0.0),), "rate", False), *hold(10, 0))[:2]
    more = (*timing, Phase("again", 4.0, 5.0, ((10.0, 10.0),), "rate", False))
    found = [one.at for one in arrivals.even(more, Shard())]
    assert len(found) == 30
    assert not [at for at in found if 2.0 < at < 4.0]
