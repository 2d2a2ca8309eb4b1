"""Limits of a real edge: what is admitted is exactly what the rules in Python say, for every tier and every risk."""

from collections.abc import Iterator

import pytest

from meridian.core.risk import Risk
from meridian.limits.applies import section
from meridian.limits.quota import quota
from tests.limits.edge import Shop, open_shop

HOUR = "1h"
LIMITS = {
    "tiers": {"free": 1, "premium": 2, "vip": 5},
    "risk": {"medium": 0.5, "high": 0.25, "critical": 0.1},
    "actions": {
        "chat": {"feature": "chat", "methods": ["POST"]},
        "search": {"feature": "chat-search"},
        "upload": {"feature": "media", "methods": ["POST", "PUT"]},
    },
    "classes": {"media": ["media"], "ai": ["ai"]},
    "policies": {
        "chat": {"key": "user", "actions": ["chat"], "rate": 10, "window": HOUR},
        "search": {"key": "user", "actions": ["search"], "rate": 7, "window": HOUR, "burst": 3},
        "upload": {"key": "user", "actions": ["upload"], "rate": 4, "window": HOUR, "tiers": False},
        "rapid": {"key": "burst", "actions": ["upload"], "rate": 60, "window": HOUR},
        "media": {"key": "client", "class": "media", "rate": 9, "window": HOUR, "tiers": False},
        "ai": {"key": "client", "class": "ai", "rate": 6, "window": HOUR},
        "address": {"key": "address", "rate": 100, "window": HOUR},
        "country": {"key": "country", "rate": 2000, "window": HOUR, "each": {"DE": 15}},
        "region": {"key": "region", "rate": 5000, "window": HOUR},
    },
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(LIMITS, tmp_path_factory.mktemp("limits"), only=("EU", "US", "APAC")) as shop:
        yield shop


@pytest.mark.parametrize("risk", [each.value for each in Risk])
@pytest.mark.parametrize("tier", ["", "free", "premium", "vip", "unheard-of"])
def test_a_user_is_admitted_exactly_as_often_as_tier_and_risk_allow(
    running: Shop, tier: str, risk: str
) -> None:
    limits = section(running.running.config)
    expected = quota(limits, limits.policies["chat"], tier, Risk(risk)).burst
    assert running.admitted(expected + 3, "/v1/chat/1", user=running.user(), tier=tier, risk=risk) == expected


def test_a_burst_bounds_what_passes_at_once(running: Shop) -> None:
    assert running.admitted(9, "/v1/chat/search", user=running.user()) == 3


def test_a_limit_that_tiers_do_not_change(running: Shop) -> None:
    assert running.admitted(6, "/v1/media/1", user=running.user(), tier="vip") == 4


def test_only_the_methods_of_an_action_count(running: Shop) -> None:
    user = running.user()
    assert running.admitted(4, "/v1/media/1", user=user, method="PUT") == 4
    assert running.admitted(1, "/v1/media/1", user=user, method="POST") == 0
    assert running.admitted(4, "/v1/media/1", user=user, method="GET") == 4


def test_a_class_of_endpoints_is_counted_by_client(running: Shop) -> None:
    ip = "92.184.7.7"
    assert running.admitted(9, "/v1/media/1", method="GET", ip=ip) == 9
    assert running.admitted(1, "/v1/media/1", method="GET", ip=ip, user=running.user()) == 0
    assert running.admitted(3, "/v1/ai", method="GET", ip=ip) == 3, "another class"
    assert running.admitted(1, "/v1/media/1", method="GET", ip="92.184.7.8") == 1, "another client"


def test_ipv6_clients_are_counted_by_prefix(running: Shop) -> None:
    one, other, elsewhere = "2a01:cb00:1:1::1", "2a01:cb00:1:1:ffff::2", "2a01:cb00:1:2::1"
    assert running.admitted(7, "/v1/ai", method="GET", ip=one) == 6
    assert running.admitted(1, "/v1/ai", method="GET", ip=other) == 0
    assert running.admitted(1, "/v1/ai", method="GET", ip=elsewhere) == 1


def test_a_country_has_a_limit_of_its_own(running: Shop) -> None:
    german = "85.214.132.117"
    assert running.admitted(20, "/v1/chat/1", ip=german, method="GET") == 15
    assert running.admitted(1, "/v1/chat/1", user=running.user(), method="GET") == 1


def test_whoever_is_refused_takes_nothing_from_the_others(running: Shop) -> None:
    """A hundred requests of one user beyond their limit leave the limits of client, address, country and region as they were."""
    user = running.user()
    assert running.admitted(110, "/v1/chat/1", user=user) == 10
    assert running.admitted(90, "/v1/chat/1", user=user, method="GET") == 90, (
        "90 of 100 are left to their address"
    )
    assert running.admitted(1, "/v1/chat/1", user=user, method="GET") == 0


def test_a_refusal_names_the_limit_and_says_when_to_come_back(running: Shop) -> None:
    user = running.user()
    running.admitted(10, "/v1/chat/1", user=user)
    answer = running.ask("/v1/chat/1", user=user)
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    wait = int(answer.headers["retry-after"])
    assert 355 <= wait <= 360, "one in six minutes"
    assert answer.json() == {
        "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
        "title": "Too many requests",
        "status": 429,
        "detail": f"The limit chat allows 10 requests in 3600 seconds. Try again in {wait} seconds.",
        "violated-policies": ["chat"],
        "limit": "chat",
        "quota": 10,
        "window": 3600,
        "retry_after": wait,
    }
    assert answer.headers["ratelimit-policy"] == '"chat";q=10;w=3600'
    assert answer.headers["ratelimit"] in ('"chat";r=0;t=3600', '"chat";r=0;t=3599')
    assert not [name for name in answer.headers if name.startswith("x-ratelimit") or "refused" in name]


def test_the_app_is_told_the_action_and_nothing_of_how_it_is_counted(running: Shop) -> None:
    told = running.ask("/v1/chat/1", user=running.user(), x_meridian_action="payout").json()["headers"]
    assert told["x-meridian-action"] == "chat"
    assert not [name for name in told if "slot" in name or "price" in name]
