import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.world.geography import UNKNOWN, distance, round_trip

PLACES = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("one", "other", "seconds"), [("EU", "US", 0.09), ("APAC", "EU", 0.16), ("US", "APAC", 0.18)]
)
def test_the_profiles_regions_have_their_measured_round_trips(one: str, other: str, seconds: float) -> None:
    assert round_trip(one, other, {}) == seconds


def test_paris_to_new_york_is_5837_kilometres() -> None:
    assert distance((48.8566, 2.3522), (40.7128, -74.0060)) == pytest.approx(5837, abs=2)


def test_a_new_region_gets_its_latency_from_where_it_is() -> None:
    places = {"EU": (50.4, 3.8), "MENA": (25.3, 51.5)}
    assert round_trip("EU", "MENA", places) == pytest.approx(0.071, abs=0.005)
    assert round_trip("EU", "LATAM", places) == UNKNOWN


@given(PLACES, PLACES)
def test_distance_is_symmetric_and_at_most_half_the_earth(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    assert distance(one, other) == pytest.approx(distance(other, one))
    assert 0 <= distance(one, other) <= 20_016
