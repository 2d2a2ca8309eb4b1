from collections import Counter
from pathlib import Path

import pytest

from meridian.geo.countries import countries

TZDATA = Path("/usr/share/zoneinfo/iso3166.tab")


def test_there_are_the_249_countries_of_the_standard_in_order() -> None:
    assert len(countries()) == 249
    assert list(countries()) == sorted(countries())
    assert all(code == country.code and len(code) == 2 for code, country in countries().items())


@pytest.mark.skipif(not TZDATA.is_file(), reason="this machine has no tzdata to compare with")
def test_the_codes_are_those_of_the_time_zone_database() -> None:
    lines = TZDATA.read_text().splitlines()
    assert set(countries()) == {line.split("\t")[0] for line in lines if not line.startswith("#")}


def test_each_has_a_name_of_its_own_and_a_place_on_the_globe() -> None:
    assert len({country.name for country in countries().values()}) == 249
    assert all(-90 <= country.latitude <= 90 for country in countries().values())
    assert all(-180 <= country.longitude <= 180 for country in countries().values())
    assert len({(country.latitude, country.longitude) for country in countries().values()}) > 245


def test_every_continent_is_there() -> None:
    count = Counter(country.continent for country in countries().values())
    assert set(count) == {"AF", "AN", "AS", "EU", "NA", "OC", "SA"}
    assert count["AF"] > 50
    assert countries()["NA"].name == "Namibia"
    assert countries()["NA"].continent == "AF"


@pytest.mark.parametrize(
    ("code", "south", "north", "west", "east"),
    [("FR", 42, 52, -5, 9), ("IN", 8, 36, 68, 98), ("BR", -34, 6, -74, -34), ("AU", -44, -10, 112, 154)],
)
def test_the_middle_of_a_country_is_inside_it(
    code: str, south: float, north: float, west: float, east: float
) -> None:
    country = countries()[code]
    assert south < country.latitude < north
    assert west < country.longitude < east


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        countries()["FR"] = countries()["DE"]  # type: ignore[index]
