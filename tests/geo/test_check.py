from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from meridian.core.errors import InvalidInput
from meridian.geo.check import LANDMARKS, check_answers, check_breadth, complaint
from meridian.geo.convert import convert
from meridian.geo.mmdb import dump
from tests.geo.trees import Network, build


def database(tmp_path: Path, **moved: str) -> Path:
    """One that knows the landmarks only, some of them `moved` to another country."""
    places = {**LANDMARKS, **moved}
    table: dict[Network, dict[str, str]] = {
        ip_network(ip_address(address)): {"country_code": country} for address, country in places.items()
    }
    path = tmp_path / "country.mmdb"
    path.write_bytes(dump(convert(build(table))))
    return path


def test_a_database_that_is_right_about_the_landmarks_is_usable(tmp_path: Path) -> None:
    assert complaint(database(tmp_path)) == ""


def test_one_landmark_may_move(tmp_path: Path) -> None:
    check_answers(database(tmp_path, **{"177.0.0.1": "AR"}))


def test_two_may_not(tmp_path: Path) -> None:
    path = database(tmp_path, **{"177.0.0.1": "AR", "2804:14c::1": ""})
    with pytest.raises(
        InvalidInput, match=r"wrong about 2 .* \(177\.0\.0\.1 is in BR, not AR\); take another"
    ):
        check_answers(path)


def test_a_private_address_with_a_country_is_one_too_many(tmp_path: Path) -> None:
    table: dict[Network, dict[str, dict[str, str]]] = {
        ip_network(ip_address(address)): {"country": {"iso_code": country}}
        for address, country in {**LANDMARKS, "10.0.0.1": "AU"}.items()
    }
    path = tmp_path / "country.mmdb"
    path.write_bytes(dump(build(table)))
    assert complaint(path) == (
        "the country database is wrong about 1 well-known addresses (10.0.0.1 is in no country, not AU)"
    )


def test_a_narrow_database_is_refused() -> None:
    tree = convert(build({ip_network("81.0.0.0/8"): {"country_code": "GB"}}))
    with pytest.raises(
        InvalidInput, match="only 1 networks in 1 countries; take one with at least 100000 networks"
    ):
        check_breadth(tree)


def test_a_damaged_database_is_named_as_such(country_database: Path, tmp_path: Path) -> None:
    content = country_database.read_bytes()
    damaged = tmp_path / "country.mmdb"
    damaged.write_bytes(content.replace(b"iso_code", b"\xff" * 8))
    assert "is damaged" in complaint(damaged)


def test_the_database_in_use_is_usable(country_database: Path) -> None:
    assert complaint(country_database) == ""
