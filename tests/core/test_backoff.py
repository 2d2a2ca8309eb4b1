from hypothesis import given
from hypothesis import strategies as st

from meridian.core.backoff import backoff, spread


def test_pauses_double_up_to_the_longest() -> None:
    assert [backoff(n, 0.1, 1.0) for n in range(6)] == [0.0, 0.1, 0.2, 0.4, 0.8, 1.0]


@given(st.integers(-5, 10**9))
def test_any_number_of_failures_has_a_pause_within_bounds(failures: int) -> None:
    assert 0.0 <= backoff(failures, 0.1, 5.0) <= 5.0


@given(st.floats(0, 1))
def test_a_spread_pause_is_never_at_once_and_never_longer(chance: float) -> None:
    assert 5.0 <= spread(10.0, chance) <= 10.0
