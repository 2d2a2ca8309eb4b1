import pytest

from meridian.config.countries import likely_country, named
from meridian.geo.countries import countries


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("fr", "FR"),
        ("UK", "GB"),
        ("EL", "GR"),
        ("France", "FR"),
        ("germny", "DE"),
        ("united states", "US"),
        ("XX", ""),
        ("", ""),
        ("Atlantis or thereabouts", ""),
    ],
)
def test_the_country_that_was_meant(written: str, meant: str) -> None:
    assert likely_country(written) == meant


def test_every_name_is_recognised() -> None:
    assert all(likely_country(country.name) == code for code, country in countries().items())


def test_countries_in_a_sentence() -> None:
    assert named(["FR"]) == "France"
    assert named(["FR", "ES"]) == "France and Spain"
    assert named(["FR", "ES", "PT", "IT"], limit=3) == "France, Spain and 2 more"
    assert named(["XX"]) == "XX"
    assert named([]) == ""
