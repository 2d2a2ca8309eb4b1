import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.loadtest.scenario.chance import Stream, mixed


def test_it_is_splitmix64() -> None:
    """The first numbers of the reference generator, seeded with 1234567 (its state grows by the golden ratio each time)."""
    step = 0x9E3779B97F4A7C15
    first = [mixed((1234567 + turn * step) % 2**64) for turn in range(3)]
    assert first == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**64 - 1), st.lists(st.integers(0, 2**40), min_size=1, max_size=50))
def test_many_at_once_are_what_each_is_alone(seed: int, numbers: list[int]) -> None:
    stream = Stream(seed, "arrivals")
    assert stream.units(np.array(numbers, np.uint64)).tolist() == [stream.unit(number) for number in numbers]


def test_it_is_even_and_purposes_have_nothing_to_do_with_each_other() -> None:
    numbers = np.arange(20_000, dtype=np.uint64)
    one, other = Stream(7, "tier").units(numbers), Stream(7, "country").units(numbers)
    counts = np.bincount((one * 20).astype(int), minlength=20)
    assert float(((counts - 1000) ** 2 / 1000).sum()) < 43.8  # chi square of 19, one time in a thousand more
    assert abs(float(np.corrcoef(one, other)[0, 1])) < 0.03
    assert abs(float(np.corrcoef(one[1:], one[:-1])[0, 1])) < 0.03
