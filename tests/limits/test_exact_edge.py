"""Exact limits and shields through real edges with admission processes beside them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.limits.admitting import admitting
from tests.limits.edge import Shop, open_shop

LIMITS = {
    "tiers": {"vip": 5},
    "actions": {
        "chat": {"feature": "chat", "methods": ["POST"]},
        "pay": {"feature": "wallet", "methods": ["POST"]},
        "login": {"feature": "chat", "methods": ["PUT"]},
    },
    "policies": {
        "chat": {"key": "user", "actions": ["chat"], "rate": 40, "window": "1h"},
        "general": {"key": "client", "class": "general", "rate": 60, "window": "1h"},
        "pay": {
            "key": "user", "actions": ["pay"], "rate": 5, "window": "1h", "scope": "exact", "on_failure": "deny",
        },
    },
    "counters": {"deadline": "1s"},
    "shields": {"guessing": {"action": "login", "failures": 3, "account": {"body": "who.email"}}},
}  # fmt: skip
PAY = "/v1/wallet/pay"
LOGIN = "/v1/chat/login"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("exact")
    with open_shop(LIMITS, folder, only=("EU", "US", "APAC")) as shop, admitting(shop):
        yield shop


def statuses(shop: Shop, requests: int, path: str, **asked: Any) -> list[int]:
    return [shop.ask(path, **asked).status_code for _ in range(requests)]


def test_a_user_is_admitted_exactly_as_often_through_every_edge_together(running: Shop) -> None:
    """The wallet is served in EU, so it is EU's admission that counts, wherever a request comes in."""
    user = running.user()
    found = [running.ask(PAY, user=user, region=region).status_code for region in ("EU", "US", "APAC") * 3]
    assert found == [200] * 5 + [429] * 4


def test_an_exact_refusal_reads_like_any_other(running: Shop) -> None:
    user = running.user()
    for region in ("EU", "US"):
        statuses(running, 5, PAY, user=user)
        answer = running.ask(PAY, user=user, region=region)
        assert answer.status_code == 429
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["violated-policies"] == ["pay"]
        assert 715 <= int(answer.headers["retry-after"]) <= 720
        assert answer.headers["ratelimit"].startswith('"pay";r=0')
        assert len(answer.headers.get_list("ratelimit")) == 1
        assert answer.headers["x-meridian-limit"] == "pay"


@pytest.mark.parametrize("region", ["EU", "US"])
def test_an_exact_limit_is_told_on_success_too(running: Shop, region: str) -> None:
    answer = running.ask(PAY, user=running.user(), region=region)
    assert answer.status_code == 200
    assert answer.headers["ratelimit"].startswith('"pay";r=4;t=')
    assert answer.headers["ratelimit-policy"] == '"pay";q=5;w=3600'
    assert not [name for name in answer.headers if "exact" in name or "plan" in name]


def test_what_is_no_action_is_not_counted(running: Shop) -> None:
    assert statuses(running, 9, PAY, user=running.user(), method="GET") == [200] * 9


@pytest.mark.parametrize("region", ["EU", "US"])
def test_a_check_of_an_exact_limit_is_answered_by_the_same_counters(running: Shop, region: str) -> None:
    user = running.user()
    statuses(running, 2, PAY, user=user, region=region)
    answer = running.check(region_asked=region, action="pay", user=user)
    assert answer["allowed"]
    assert answer["limits"][0]["remaining"] == 2
    assert statuses(running, 3, PAY, user=user) == [200, 200, 429]


def test_a_check_of_an_exact_action_meets_the_limits_at_the_edge_first(running: Shop) -> None:
    user, ip = running.user(), "92.184.71.1"
    answer = running.check(action="pay", user=user, ip=ip)
    assert [each["name"] for each in answer["limits"]] == ["general", "pay"]
    assert running.check(action="pay", user=user, ip=ip, only="client")["limits"][0]["remaining"] == 58
    assert [each["name"] for each in running.check(action="pay", user=user, only="user")["limits"]] == ["pay"]


def test_a_tier_counts_at_admission_too(running: Shop) -> None:
    user = running.user()
    assert statuses(running, 27, PAY, user=user, tier="vip").count(200) == 25


def login(shop: Shop, account: str, ip: str, status: int, device: str = "", region: str = "EU") -> int:
    """An attempt that the app answers with `status`."""
    headers = {"content-type": "application/json", "x-answer": str(status)}
    if device:
        headers["x-device-id"] = device
    given = {"who": {"email": account}}
    return shop.running.ask(region, LOGIN, ip, "PUT", headers, json=given).status_code


def test_guessing_is_stopped_by_account_and_by_address(running: Shop) -> None:
    spray = [login(running, "victim@example.com", f"92.184.20.{n}", 401) for n in range(1, 9)]
    assert spray == [401] * 3 + [429] * 5, "from many addresses against one account"
    stuffing = [login(running, f"someone-{n}@example.com", "92.184.21.1", 401) for n in range(8)]
    assert stuffing == [401] * 3 + [429] * 5, "from one address against many accounts"


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "text/plain", "application/vnd.api+json"]
)
def test_no_content_type_hides_the_account(running: Shop, kind: str) -> None:
    account = f"target-{len(kind)}@example.com"
    found = []
    for number in range(5):
        headers = {"content-type": kind, "x-answer": "401"}
        body = f'{{"who": {{"email": "\\t{" " * 300}{account}"}}}}'
        ip = f"92.184.{70 + len(kind)}.{number}"
        found.append(running.running.ask("EU", LOGIN, ip, "PUT", headers, content=body.encode()).status_code)
    assert found == [401] * 3 + [429] * 2


def test_a_token_of_somebody_else_does_not_hide_the_account(running: Shop) -> None:
    found = []
    for number in range(5):
        headers = {
            "content-type": "application/json",
            "x-answer": "401",
            "authorization": f"Bearer {running.token(running.user(), '')}",
        }
        given = {"who": {"email": "hidden@example.com"}}
        found.append(
            running.running.ask("EU", LOGIN, f"92.184.120.{number}", "PUT", headers, json=given).status_code
        )
    assert found == [401] * 3 + [429] * 2


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"who": 1e999}', b"email=a@example.com", b'{"who": {"email": " "}}']
)
def test_an_attempt_whose_account_cannot_be_read_is_refused(running: Shop, body: bytes) -> None:
    headers = {"content-type": "application/json", "x-answer": "401"}
    answer = running.running.ask("EU", LOGIN, "92.184.121.1", "PUT", headers, content=body)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("unreadable-account")


def test_a_known_device_still_gets_in(running: Shop) -> None:
    assert login(running, "Owner@example.com", "92.184.22.1", 200, device="phone-1") == 200
    assert [login(running, "owner@example.com", f"92.184.23.{n}", 401) for n in range(5)].count(429) == 2
    assert login(running, "owner@example.com ", "92.184.22.1", 200, device="phone-1") == 200
    assert login(running, "owner@example.com", "92.184.22.2", 200, device="phone-2") == 429


def test_a_success_resets_the_account(running: Shop) -> None:
    outcomes = [401, 401, 200, 401, 401, 200]
    found = [
        login(running, "clumsy@example.com", f"92.184.24.{number}", each)
        for number, each in enumerate(outcomes)
    ]
    assert found == outcomes


def test_without_admission_what_fails_closed_is_refused_and_the_rest_is_not(tmp_path: Path) -> None:
    with open_shop(LIMITS, tmp_path) as shop:
        answer = shop.ask(PAY, user=shop.user())
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert shop.ask("/v1/chat/1", user=shop.user(), method="GET").status_code == 200
