"""The same percentiles as the histogram's own, all at once."""

from hypothesis import given
from hypothesis import strategies as st

from meridian.loadtest.record import Latencies
from meridian.loadtest.results.quantiles import Spread

SHARES = (0.01, 0.5, 0.95, 0.99, 0.999, 1.0)


@given(st.lists(st.integers(0, 60_000_000), min_size=1, max_size=200))
def test_percentiles_are_those_of_the_histogram(micros: list[int]) -> None:
    histogram = Latencies.of(micros)
    spread = Spread.of(histogram.counts)
    assert spread.n == len(micros)
    for share, found in zip(SHARES, spread.ms(SHARES), strict=True):
        wanted = histogram.ms(share)
        assert wanted is not None
        assert found == round(wanted, 3)


def test_of_nothing_nothing_is_known() -> None:
    spread = Spread.of({})
    assert spread.ms([0.5, 1.0]) == [None, None]
    assert set(spread.latency().values()) == {None}
