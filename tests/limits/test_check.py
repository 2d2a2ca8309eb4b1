"""The check API at a real edge: it takes from the very buckets of the gateway path."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from tests.limits.edge import APP, Shop, checking, open_shop

LIMITS = {
    "tiers": {"vip": 5},
    "risk": {"high": 0.5},
    "actions": {"chat": {"feature": "chat", "methods": ["POST"]}, "swipe": {"feature": "chat-search"}},
    "policies": {
        "rapid": {"key": "burst", "rate": 60, "window": "1h", "burst": 40},
        "chat": {"key": "user", "actions": ["chat"], "rate": 10, "window": "1h"},
        "swipe": {"key": "user", "actions": ["swipe"], "rate": 20, "window": "1h"},
        "general": {"key": "client", "class": "general", "rate": 50, "window": "1h"},
        "address": {"key": "address", "rate": 30, "window": "1h"},
        "country": {"key": "country", "rate": 1000, "window": "1h", "each": {"DE": 12}},
        "region": {"key": "region", "rate": 2000, "window": "1h"},
    },
}
PATH = "/infrastructure/rate-limit/check"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(LIMITS, tmp_path_factory.mktemp("checks")) as shop:
        yield shop


def by_name(answer: dict[str, Any]) -> dict[str, int]:
    return {each["name"]: each["remaining"] for each in answer["limits"]}


def test_a_check_and_a_request_draw_from_one_bucket(running: Shop) -> None:
    user = running.user()
    assert running.admitted(4, "/v1/chat/1", user=user) == 4
    answer = running.check(action="chat", user=user, tier="free")
    assert answer["allowed"]
    assert by_name(answer) == {"rapid": 35, "chat": 5}
    assert running.admitted(9, "/v1/chat/1", user=user) == 5


def test_a_check_says_what_a_request_would_be_told(running: Shop) -> None:
    user = running.user()
    answer = running.check(action="chat", user=user)
    assert answer["limits"][1] == {
        "name": "chat", "key": "user", "quota": 10, "window": 3600, "remaining": 9, "reset": answer["limits"][1]["reset"],
    }  # fmt: skip
    assert answer["limits"][1]["reset"] in (359, 360)


def test_tier_and_risk_count(running: Shop) -> None:
    user = running.user()
    answer = running.check(action="chat", user=user, tier="vip", risk="high")
    assert answer["limits"][1]["quota"] == 25


def test_several_at_once_or_none_at_all(running: Shop) -> None:
    user = running.user()
    assert by_name(running.check(action="chat", user=user, hits=8))["chat"] == 2
    refused = running.check(action="chat", user=user, hits=3)
    assert not refused["allowed"]
    assert refused["refused_by"] == "chat"
    assert 355 <= refused["retry_after"] <= 360
    assert running.check(action="chat", user=user, hits=2)["allowed"]


def test_a_dry_run_takes_nothing(running: Shop) -> None:
    user = running.user()
    for _ in range(20):
        assert running.check(action="chat", user=user, dry_run=True)["allowed"]
    assert running.admitted(12, "/v1/chat/1", user=user) == 10
    dry = running.check(action="chat", user=user, dry_run=True)
    assert not dry["allowed"]
    assert dry["refused_by"] == "chat"
    assert dry["retry_after"] > 350


def test_one_key_alone(running: Shop) -> None:
    user = running.user()
    assert by_name(running.check(action="chat", user=user, only="burst")) == {"rapid": 39}
    assert by_name(running.check(action="chat", user=user, dry_run=True)) == {"rapid": 39, "chat": 10}


@pytest.mark.parametrize(
    ("ip", "same"),
    [
        ("92.184.9.9", "92.184.9.9"),
        ("2A01:CB00:1:1::1", "2a01:cb00:1:1:aaaa:bbbb:cccc:dddd"),
        ("2a01:cb00::1", "2a01:cb00:0:0:1:2:3:4"),
        ("2a01:0:0:7::9", "2a01::7:1:1:1:1"),
        ("::ffff:92.184.9.9", "92.184.9.9"),
    ],
)
def test_an_address_is_counted_as_the_gateway_counts_it(running: Shop, ip: str, same: str) -> None:
    before = by_name(running.check(ip=same, dry_run=True))["address"]
    assert running.admitted(1, "/v1/chat/1", ip=same, method="GET") == 1
    answer = running.check(ip=ip)
    assert by_name(answer) == {"address": before - 2}


def test_ipv4_clients_that_a_proxy_writes_as_ipv6_are_clients_of_their_own(running: Shop) -> None:
    for last in (1, 2):
        assert running.admitted(30, "/v1/media/1", ip=f"::ffff:92.184.11.{last}", method="GET") == 30
    assert running.admitted(1, "/v1/media/1", ip="::FFFF:92.184.11.1", method="GET") == 0
    assert running.admitted(1, "/v1/media/1", ip="92.184.11.1", method="GET") == 0, "the same client"


def test_the_content_type_of_a_check_does_not_matter(running: Shop) -> None:
    for kind in ("application/json; charset=utf-8", "Application/JSON", "text/plain", ""):
        headers = {**checking(), "content-type": kind}
        answer = running.running.ask(
            "EU", PATH, method="POST", headers=headers, content=b'{"ip": "92.184.12.1"}'
        )
        assert answer.json()["allowed"], kind


def test_an_action_adds_its_class_to_an_address(running: Shop) -> None:
    ip = "92.184.9.10"
    assert by_name(running.check(action="chat", ip=ip)) == {"general": 49, "address": 29}


def test_a_country_and_a_region(running: Shop) -> None:
    assert by_name(running.check(country="DE", hits=10)) == {"country": 2}
    assert running.admitted(5, "/v1/chat/1", ip="85.214.132.117", method="GET") == 2
    assert by_name(running.check(region="US")) == {"region": 1999}


def test_without_a_token_nothing_is_told(running: Shop) -> None:
    for given in (
        {},
        {"authorization": f"Bearer {APP.sign(sub='u')}"},
        {"meridian-check": APP.sign(sub="u")},
        {"x-meridian-checker": "app"},
    ):
        answer = running.running.ask("EU", PATH, method="POST", headers=given, json={"user": "u"})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert "meridian-check" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "Send a JSON object"),
        ("[1]", "Send a JSON object"),
        ('{"user":', "Send a JSON object"),
        ("{}", "Send a JSON object"),
        ('{"action": "fly", "user": "u"}', "no such action"),
        ('{"action": "chat"}', "Name at least one"),
        ('{"action": "chat", "user": 7}', "user is a text"),
        ('{"action": 5, "user": "u"}', "action is a text"),
        ('{"user": "u", "action": "chat", "only": "nonsense"}', "only is one of"),
        ('{"user": "u", "action": "chat", "dry_run": "true"}', "dry_run is"),
        ('{"user": "u", "action": "chat", "dry_run": 1}', "dry_run is"),
        ('{"user": "u", "action": "chat", "risk": "extreme"}', "risk is"),
        ('{"region": "MARS"}', "no such region"),
        ('{"country": "Narnia"}', "country is"),
        ('{"country": "D\\u0000"}', "country is"),
        ('{"user": "u", "hits": 0}', "hits"),
        ('{"user": "u", "hits": 1.5}', "hits"),
        ('{"user": "u", "hits": "x"}', "hits"),
        ('{"action": "chat", "user": "u", "hits": 11}', "chat allows"),
        ('{"ip": "300.1.1.1"}', "ip is not"),
        ('{"ip": "1::2::3"}', "ip is not"),
        ('{"ip": "here"}', "ip is not"),
        ('{"user": "a\\u0000b"}', "user is too long"),
    ],
)
def test_what_cannot_be_understood_is_said(running: Shop, body: str, said: str) -> None:
    headers = {**checking(), "content-type": "application/json"}
    answer = running.running.ask("EU", PATH, method="POST", headers=headers, content=body.encode())
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


def test_the_prefix_of_a_client_is_one_of_python_s(running: Shop) -> None:
    """`same` above are neighbours by the standard library as well."""
    assert ip_network("2a01:cb00:1:1::1/64", strict=False) == ip_network(
        "2a01:cb00:1:1:aaaa::/64", strict=False
    )
