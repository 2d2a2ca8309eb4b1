from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from meridian.core.errors import InvalidInput
from meridian.geo.blocks import Blocks, read_blocks
from meridian.geo.convert import convert
from meridian.geo.countries import countries
from meridian.geo.lookup import CountryLookup
from meridian.geo.mmdb import dump
from tests.geo.trees import build


@pytest.fixture(scope="module")
def blocks(country_database: Path) -> Blocks:
    return read_blocks(country_database)


def test_every_drawn_address_is_in_its_country(blocks: Blocks, country_database: Path) -> None:
    with CountryLookup(country_database) as database:
        for country, addresses in blocks.addresses(seed=1).items():
            assert {database.country(address) for address in addresses} == {country}


def test_every_country_has_clients_and_most_of_them_both_kinds(blocks: Blocks) -> None:
    drawn = blocks.addresses(seed=1, per_country=20, ipv6_share=0.25)
    assert set(countries()) - set(drawn) == set()
    assert {len(addresses) for addresses in drawn.values()} == {20}
    kinds = [sum(ip_address(address).version == 6 for address in addresses) for addresses in drawn.values()]
    assert kinds.count(5) > 240


def test_clients_have_public_addresses(blocks: Blocks) -> None:
    drawn = blocks.addresses(seed=2, per_country=8)
    assert all(ip_address(address).is_global for addresses in drawn.values() for address in addresses)


def test_a_seed_gives_the_same_addresses_and_another_seed_others(blocks: Blocks) -> None:
    assert blocks.addresses(seed=3) == blocks.addresses(seed=3)
    assert blocks.addresses(seed=3) != blocks.addresses(seed=4)


def test_each_country_can_have_a_number_of_its_own(blocks: Blocks, country_database: Path) -> None:
    drawn = blocks.draw({"DE": 30, "VA": 3, "FR": 0, "QQ": 5}, seed=3)
    assert {code: len(addresses) for code, addresses in drawn.items()} == {"DE": 30, "VA": 3}
    with CountryLookup(country_database) as database:
        assert {database.country(address) for address in drawn["VA"]} == {"VA"}


def test_large_countries_get_different_clients(blocks: Blocks) -> None:
    drawn = blocks.addresses(seed=5, per_country=200)
    assert all(len(set(drawn[country])) == 200 for country in ("US", "IN", "BR", "DE", "NG"))


def test_weights_are_shares(blocks: Blocks) -> None:
    weights = blocks.weights()
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["US"] > weights["DE"] > weights["IS"] > weights["TV"] > 0


def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.mmdb"
    table = {
        ip_network("20.0.0.0/32"): {"country_code": "AA"},
        ip_network("30.0.0.0/30"): {"country_code": "BB"},
        ip_network("2a01::/64"): {"country_code": "CC"},
        ip_network("2a02::/65"): {"country_code": "DD"},
        ip_network("40.0.0.0/8"): {"country_code": "EE"},
        ip_network("40.0.0.0/31"): {"country_code": "FF"},
        ip_network("2a03::/32"): {"country_code": "EE"},
    }
    path.write_bytes(dump(convert(build(table))))
    return path


def test_the_smallest_networks_are_drawn_from_too(tmp_path: Path) -> None:
    drawn = read_blocks(small(tmp_path)).addresses(seed=1, per_country=50, ipv6_share=0.5)
    assert set(drawn["AA"]) == {"20.0.0.0"}
    assert set(drawn["BB"]) == {"30.0.0.1", "30.0.0.2"}
    assert set(drawn["FF"]) == {"40.0.0.0", "40.0.0.1"}
    assert all(ip_address(address) in ip_network("2a01::/64") for address in drawn["CC"])
    assert sum(address.startswith("2a03:") for address in drawn["EE"]) == 25
    assert sum(address.startswith("40.") for address in drawn["EE"]) == 25


def test_a_country_known_only_by_parts_of_a_client_network_is_left_out(tmp_path: Path) -> None:
    assert "DD" not in read_blocks(small(tmp_path)).addresses(seed=1)


def test_a_weight_is_the_share_of_ipv4(tmp_path: Path) -> None:
    weights = read_blocks(small(tmp_path)).weights()
    total = 1 + 4 + 2**24
    assert weights == pytest.approx(
        {"AA": 1 / total, "BB": 4 / total, "CC": 0, "DD": 0, "EE": (2**24 - 2) / total, "FF": 2 / total}
    )


def test_what_is_no_database_says_what_to_run(tmp_path: Path) -> None:
    path = tmp_path / "country.mmdb"
    path.write_bytes(b"no database")
    with pytest.raises(InvalidInput, match=r"cannot be read .* run `make setup`"):
        read_blocks(path)
