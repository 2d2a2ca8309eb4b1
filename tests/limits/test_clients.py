import pytest

from meridian.limits.clients import client_of


@pytest.mark.parametrize(
    ("written", "client"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("198.51.100.1/32", "198.51.100.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::2", "2001:db8::/64"),
        ("2001:db8::/64", "2001:db8::/64"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("", ""),
        ("not an address", "not an address"),
        ("1/2/3", "1/2/3"),
    ],
)
def test_addresses_of_one_client_are_one(written: str, client: str) -> None:
    assert client_of(written, 64) == client


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("@envoy_internal", "@envoy_internal"),
        ("not:an:address", "not:an:address"),
        ("", ""),
    ],
)
def test_a_client_is_an_address_or_an_ipv6_prefix(address: str, client: str) -> None:
    assert client_of(address, 64) == client
