from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any

import maxminddb
import numpy as np
import pytest

from meridian.core.errors import InvalidInput
from meridian.geo.convert import NOBODYS, convert
from meridian.geo.mmdb import dump, read
from tests.geo.trees import Network, build

SAMPLE = 100_000


def sample(seed: int) -> list[IPv4Address | IPv6Address]:
    """Addresses all over IPv4 and, in 2000::/3, where IPv6 has been given out: half of them in 2000::/12 and 2a00::/12."""
    chance = np.random.default_rng(seed)
    ipv4 = [IPv4Address(number) for number in chance.integers(0, 2**32, SAMPLE).tolist()]
    high = chance.integers(0x2000 << 48, 0x3000 << 48, SAMPLE // 2, dtype=np.uint64).tolist()
    dense = [0x2000 << 48 | number >> 4 for number in chance.integers(0, 2**60, SAMPLE // 4).tolist()]
    denser = [0x2A00 << 48 | number >> 4 for number in chance.integers(0, 2**60, SAMPLE // 4).tolist()]
    low = chance.integers(0, 2**64, SAMPLE, dtype=np.uint64).tolist()
    ipv6 = [IPv6Address(h << 64 | n) for h, n in zip([*high, *dense, *denser], low, strict=True)]
    return [*ipv4, *ipv6]


def is_nobodys(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in NOBODYS)


def test_every_address_has_the_country_it_was_published_with(
    published_database: Path, converted_database: Path
) -> None:
    found = 0
    with (
        maxminddb.open_database(published_database) as before,
        maxminddb.open_database(converted_database) as after,
    ):
        for address in sample(seed=7):
            was, now = before.get(address), after.get(address)
            if was is None or is_nobodys(address):
                assert now is None, address
            else:
                assert now == {"country": {"iso_code": was["country_code"]}}, address  # type: ignore[index,call-overload]
                found += 1
    assert found > SAMPLE // 2


def test_networks_keep_their_boundaries(published_database: Path, converted_database: Path) -> None:
    with (
        maxminddb.open_database(published_database) as before,
        maxminddb.open_database(converted_database) as after,
    ):
        for address in sample(seed=8)[:: SAMPLE // 5000]:
            was, now = before.get_with_prefix_len(address), after.get_with_prefix_len(address)
            if was[0] is not None and not is_nobodys(address):
                assert now[1] == was[1], address


def test_addresses_that_are_nobodys_have_no_country(converted_database: Path) -> None:
    with maxminddb.open_database(converted_database) as database:
        for network in NOBODYS:
            for address in (network[0], network[1], network[network.num_addresses // 2], network[-1]):
                assert database.get(address) is None, address


def test_ipv4_written_as_ipv6_has_the_country_of_the_ipv4_address(converted_database: Path) -> None:
    with maxminddb.open_database(converted_database) as database:
        for address in sample(seed=9)[:2000]:
            assert database.get(f"::ffff:{address}") == database.get(address)


def small(record: Any, **metadata: Any) -> Any:
    table: dict[Network, Any] = {
        ip_network("81.0.0.0/8"): record,
        ip_network("2a01::/16"): {"country_code": "FR"},
    }
    return build(table, **metadata)


@pytest.mark.parametrize(
    ("record", "country"),
    [
        ({"country_code": "GB"}, "GB"),
        ({"country_code": "gb"}, "GB"),
        (
            {"country": {"iso_code": "GB", "names": {"en": "United Kingdom"}}, "continent": {"code": "EU"}},
            "GB",
        ),
        ({"country": "GB"}, "GB"),
        ({"country_code": ""}, None),
        ({"country_code": "None"}, None),
        ({"country_code": "4É"}, None),
        ({"country": {}}, None),
        ({}, None),
        ("GB", None),
    ],
)
def test_a_country_is_found_in_every_usual_layout(record: Any, country: str | None, tmp_path: Path) -> None:
    path = tmp_path / "country.mmdb"
    path.write_bytes(dump(convert(small(record))))
    with maxminddb.open_database(path) as database:
        assert database.get("81.2.69.142") == (country and {"country": {"iso_code": country}})
        assert database.get("2a01::1") == {"country": {"iso_code": "FR"}}


def test_a_wider_network_around_private_addresses_is_split(tmp_path: Path) -> None:
    path = tmp_path / "country.mmdb"
    path.write_bytes(dump(convert(build({ip_network("172.0.0.0/8"): {"country_code": "US"}}))))
    with maxminddb.open_database(path) as database:
        assert database.get("172.16.0.1") is None
        assert database.get("172.15.255.255") == database.get("172.32.0.0") == {"country": {"iso_code": "US"}}


def test_converting_twice_changes_nothing() -> None:
    once = dump(convert(small({"country_code": "GB"})))
    assert dump(convert(read(once))) == once


def test_a_database_without_ipv6_is_refused() -> None:
    with pytest.raises(InvalidInput, match="covers IPv4 only; take one that covers IPv4 and IPv6"):
        convert(small({"country_code": "GB"}, ip_version=4))


def test_a_database_without_countries_is_refused() -> None:
    with pytest.raises(InvalidInput, match="names no countries"):
        convert(build({ip_network("81.0.0.0/8"): {"asn": "1"}}))


def test_mapped_addresses_are_not_nobodys() -> None:
    assert not is_nobodys(ip_address("::ffff:81.2.69.142"))
