import pytest

from meridian.core.errors import Forbidden, InvalidInput
from meridian.loadtest.plan import Origin
from meridian.loadtest.scenario.safety import FIELDS, is_loopback, is_production, permit
from meridian.loadtest.scenario.target import Target
from meridian.loadtest.settings import LoadTests
from tests.loadtest.scenario.targets import target

SETTINGS = LoadTests.model_validate(
    {
        "targets": {
            "staging": {"edges": {"EU": "https://eu.staging.example"}},
            "shop": {"edges": {"EU": "https://eu.shop.example"}, "production": True},
        },
        "allow": ["10.1.0.0/16", "lab.example", "2001:db8::/64"],
        "max_rate": 1000,
        "max_duration": "10m",
    }
)


def at(host: str, name: str = "elsewhere", **more: bool) -> Target:
    return target(name=name, origins=[Origin("EU", host, 443, host)], **more)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1", "local"),
        ("127.9.9.9", "local"),
        ("::1", "local"),
        ("localhost", "local"),
        ("eu.staging.example", "staging"),
        ("10.1.2.3", "elsewhere"),
        ("lab.example", "elsewhere"),
        ("2001:db8::7", "elsewhere"),
    ],
)
def test_this_machine_what_is_configured_and_what_is_listed_may_be_tested(host: str, name: str) -> None:
    permit(SETTINGS, at(host, name), 1000, 600)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("198.51.100.7", "elsewhere"),
        ("10.2.0.1", "elsewhere"),
        ("eu.staging.example", "elsewhere"),  # another target's edge under a name that is none
        ("evil.example", "staging"),
        ("sub.lab.example", "elsewhere"),
        ("localhost.evil.example", "local"),
        ("0.0.0.0", "local"),
        ("2130706433", "local"),
        ("", "local"),
    ],
)
def test_anything_else_is_refused_before_a_byte_is_sent(host: str, name: str) -> None:
    with pytest.raises(Forbidden, match="may not be load-tested"):
        permit(SETTINGS, at(host, name), 1, 1)


def test_the_sentence_says_what_to_do() -> None:
    with pytest.raises(Forbidden) as caught:
        permit(SETTINGS, at("198.51.100.7"), 1, 1)
    assert str(caught.value) == (
        "198.51.100.7 may not be load-tested: it is not this machine, no target in load_tests.targets "
        "and not in load_tests.allow; if it is yours, add it there"
    )


def test_one_edge_that_may_not_is_enough() -> None:
    mixed = target(origins=[Origin("EU", "127.0.0.1", 1, "x"), Origin("US", "198.51.100.7", 1, "x")])
    with pytest.raises(Forbidden, match=r"^198\.51\.100\.7"):
        permit(SETTINGS, mixed, 1, 1)


def test_a_rate_and_a_time_have_their_limits() -> None:
    with pytest.raises(InvalidInput) as caught:
        permit(SETTINGS, at("127.0.0.1"), 1666, 60)
    assert str(caught.value) == (
        "this asks for 1,666 requests a second, and load_tests.max_rate is 1,000; "
        "scale it down with --scale 0.6, or raise load_tests.max_rate"
    )
    with pytest.raises(InvalidInput) as caught:
        permit(SETTINGS, at("127.0.0.1"), 1, 601)
    assert str(caught.value) == (
        "this would go on for 601s, and load_tests.max_duration is 10m; "
        "give --duration 600 or less, or raise load_tests.max_duration"
    )


@pytest.mark.parametrize("confirmed", [None, "", "yes", "Shop"])
def test_production_asks_for_its_name(confirmed: str | None) -> None:
    shop = at("eu.shop.example", "shop", production=True)
    with pytest.raises(Forbidden, match="type its name: --confirm shop"):
        permit(SETTINGS, shop, 1, 1, confirmed)
    permit(SETTINGS, shop, 1, 1, "shop")


@pytest.mark.parametrize(
    ("name", "production"),
    [
        ("production", True),
        ("eu-prod", True),
        ("live2", True),
        ("PROD_EU", True),
        ("products", False),
        ("delivery", False),
    ],
)
def test_a_name_can_say_that_it_is_production(name: str, production: bool) -> None:
    assert is_production(at("127.0.0.1", name)) is production


def test_no_name_but_localhost_is_this_machine() -> None:
    assert [is_loopback(host) for host in ("localhost", "LOCALHOST.", "loopback", "127.0.0.1.example")] == [
        True,
        True,
        False,
        False,
    ]


def test_the_scale_that_is_proposed_is_of_the_scenario_not_of_what_was_asked() -> None:
    with pytest.raises(InvalidInput, match="scale it down with --scale 20,"):
        permit(SETTINGS, at("127.0.0.1"), 5000, 60, scale=100)


@pytest.mark.parametrize(("rate", "seconds"), [(float("inf"), 1.0), (float("nan"), 1.0), (1.0, float("nan"))])
def test_a_number_that_is_none_is_refused(rate: float, seconds: float) -> None:
    with pytest.raises(InvalidInput, match="finite"):
        permit(SETTINGS, at("127.0.0.1"), rate, seconds)


def test_those_who_ask_by_the_api_are_told_its_fields() -> None:
    shop = at("eu.shop.example", "shop", production=True)
    for there, rate, seconds in ((shop, 1, 1), (shop, 2000, 1), (shop, 1, 1e4)):
        with pytest.raises((Forbidden, InvalidInput)) as caught:
            permit(SETTINGS, there, rate, seconds, words=FIELDS)
        assert "--" not in str(caught.value)
