"""Within 0.1 % from a microsecond to hours."""

from hypothesis import given
from hypothesis import strategies as st

from meridian.loadtest.record.latencies import LARGEST, MICROSECONDS, Latencies


@given(st.integers(0, LARGEST))
def test_a_middle_is_within_a_thousandth_of_every_value_of_its_bucket(value: int) -> None:
    bucket = MICROSECONDS.bucket(value)
    assert abs(MICROSECONDS.middle(bucket) - value) <= 0.001 * value
    assert bucket <= MICROSECONDS.bucket(value + 1) < MICROSECONDS.buckets


def test_percentiles_are_told_in_milliseconds() -> None:
    assert Latencies.of([500, 1000, 200_000]).ms(0.5) == 1.0
    assert Latencies().ms(0.5) is None
    assert Latencies.from_json(Latencies.of([7, 7, 99_999]).to_json()) == Latencies.of([7, 7, 99_999])
