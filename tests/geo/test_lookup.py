from datetime import UTC, datetime
from pathlib import Path

import pytest

from meridian.core.errors import MeridianError
from meridian.geo import lookup
from meridian.geo.lookup import CountryLookup, default_database


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("81.2.69.142", "GB"),
        (" 81.2.69.142 ", "GB"),
        ("::ffff:81.2.69.142", "GB"),
        ("49.36.0.1", "IN"),
        ("2a01:cb00::1", "FR"),
        ("2A01:CB00::1", "FR"),
        ("2a01:cb00::1%eth0", "FR"),
        ("10.0.0.1", ""),
        ("192.168.1.1", ""),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("fe80::1%eth0", ""),
        ("81.2.69.142:443", ""),
        ("81.2.69", ""),
        ("081.2.69.142", ""),
        ("garbage", ""),
        ("", ""),
    ],
)
def test_the_country_of_an_address(country_database: Path, address: str, country: str) -> None:
    with CountryLookup(country_database) as database:
        assert database.country(address) == country


def test_the_network_that_an_answer_is_for(country_database: Path) -> None:
    with CountryLookup(country_database) as database:
        network = database.network("81.2.69.142")
        assert network.startswith("81.2.")
        assert database.network("::ffff:81.2.69.142") == network
        assert database.network("2a01:cb00::1").startswith("2a01:c")
        assert database.network("10.0.0.1") == database.network("garbage") == ""


def test_when_it_was_built(country_database: Path) -> None:
    with CountryLookup(country_database) as database:
        assert datetime(2024, 1, 1, tzinfo=UTC) < database.built < datetime.now(UTC)


def test_a_missing_default_says_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lookup, "__file__", str(tmp_path / "lookup.py"))
    with pytest.raises(MeridianError, match=r"country\.mmdb is missing; run `make setup`"):
        default_database()


def test_the_default_is_the_one_that_setup_builds(country_database: Path) -> None:
    assert default_database() == country_database


@pytest.mark.parametrize("content", [b"", b"not a database", None])
def test_what_cannot_be_read_says_what_to_run(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "country.mmdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(
        MeridianError, match=r"cannot be read .* run `python -m meridian.geo.build --refresh`"
    ):
        CountryLookup(path)
