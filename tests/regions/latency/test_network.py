import pytest

from meridian.regions.latency.network import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("81.2.69.142", "81.2.69.0/24"),
        ("2a02:c7f:1:2::1", "2a02:c7f:1::/48"),
        ("::ffff:81.2.69.142", "81.2.69.0/24"),
        ("", ""),
        ("81.2.69", ""),
        ("81.2.69.142; DROP TABLE drain", ""),
        ("fe80::1%eth0", "fe80::/48"),
    ],
)
def test_a_client_counts_with_its_network(address: str, network: str) -> None:
    assert network_of(address) == network
