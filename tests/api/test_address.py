import pytest

from meridian.api.address import client_address
from meridian.config.schema.edge import ClientAddress

PROXY = ClientAddress(trusted=("10.0.0.0/8", "2001:db8:ffff::/48"))
CLOUDFLARE = ClientAddress(header="cf-connecting-ip", trusted=("10.0.0.0/8",), others="refuse")


@pytest.mark.parametrize(
    ("rules", "peer", "headers", "expected"),
    [
        (ClientAddress(), "192.0.2.1", {"x-forwarded-for": "203.0.113.9"}, "192.0.2.1"),
        (PROXY, "192.0.2.1", {"x-forwarded-for": "203.0.113.9"}, "192.0.2.1"),
        (PROXY, "10.0.0.1", {"x-forwarded-for": "203.0.113.9"}, "203.0.113.9"),
        (PROXY, "10.0.0.1", {"x-forwarded-for": "6.6.6.6, 203.0.113.9"}, "203.0.113.9"),
        (PROXY, "10.0.0.1", {"x-forwarded-for": "203.0.113.9, 10.0.0.2"}, "203.0.113.9"),
        (PROXY, "10.0.0.1", {"x-forwarded-for": "203.0.113.9, nonsense"}, "10.0.0.1"),
        (PROXY, "10.0.0.1", {"x-forwarded-for": "203.0.113.9, nonsense, 10.0.0.2"}, "10.0.0.2"),
        (PROXY, "10.0.0.1", {}, "10.0.0.1"),
        (PROXY, "::ffff:10.0.0.1", {"x-forwarded-for": "::ffff:203.0.113.9"}, "203.0.113.9"),
        (PROXY, "2001:db8:ffff::1", {"x-forwarded-for": "2001:db8::7"}, "2001:db8::7"),
        (PROXY, "10.0.0.1", {"cf-connecting-ip": "203.0.113.9"}, "10.0.0.1"),
        (CLOUDFLARE, "10.0.0.1", {"cf-connecting-ip": "203.0.113.9"}, "203.0.113.9"),
        (CLOUDFLARE, "192.0.2.1", {"cf-connecting-ip": "203.0.113.9"}, "192.0.2.1"),
        (PROXY, "", {"x-forwarded-for": "203.0.113.9"}, ""),
        (PROXY, "testclient", {"x-forwarded-for": "203.0.113.9"}, ""),
    ],
)
def test_a_forwarded_address_counts_only_as_far_as_trusted_proxies_wrote_it(rules, peer, headers, expected):
    assert client_address(rules, peer, headers) == expected
