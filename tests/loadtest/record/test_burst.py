"""The first and the last of several, whatever order they are told in."""

from hypothesis import given
from hypothesis import strategies as st

from meridian.loadtest.record import Burst

SEEN = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=20)


def burst(seen: list[tuple[int, int]]) -> Burst:
    (at, number), *others = seen
    made = Burst(1, at, number, at, number)
    for each in others:
        made.merge(Burst(1, each[0], each[1], each[0], each[1]))
    return made


@given(SEEN)
def test_first_and_last_are_by_time_then_by_number(seen: list[tuple[int, int]]) -> None:
    made = burst(seen)
    assert made.n == len(seen)
    assert (made.first, made.first_number) == min(seen)
    assert (made.last, made.last_number) == max(seen)


@given(SEEN, SEEN)
def test_merging_is_as_if_all_had_been_seen_by_one(
    some: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    together = burst(some)
    together.merge(burst(others))
    assert together == burst(others + some)
    assert Burst.from_json(together.to_json()) == together
