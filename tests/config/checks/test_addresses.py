import pytest

from meridian.config.checks.addresses import check
from meridian.config.schema.root import Config
from meridian.config.schema.topology import Location
from tests.config.shop import config

SHOP = config()


def at(address: str) -> Config:
    return SHOP.model_copy(update={"locations": {"belgium": Location(instances={"web": (address,)})}})


@pytest.mark.parametrize(
    "good", ["10.0.0.5:8080", "[2001:db8::5]:80", "app.internal:443", "localhost:1", "a-b.c:65535"]
)
def test_what_can_be_connected_to(good: str) -> None:
    assert list(check(at(good))) == []


@pytest.mark.parametrize(
    "bad",
    [
        "",
        ":",
        "host",
        "host:",
        "host:x",
        "host:0",
        "host:65536",
        "1.2.3:80",
        "-a:80",
        "a..b:80",
        "[::1:80",
        "[10.0.0.1]:80",
        "host:٣",
        "host:" + "9" * 5000,
    ],
)
def test_what_cannot(bad: str) -> None:
    [finding] = check(at(bad))
    assert finding.path == ("locations", "belgium", "instances", "web", 0)
