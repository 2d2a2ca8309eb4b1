"""The RateLimit fields, read by an independent parser of structured fields, against what the client then experiences."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import http_sf
import httpx
import pytest

from tests.limits.edge import Shop, open_shop
from tests.support.envoys import until

LIMITS = {
    "actions": {"chat": {"feature": "chat", "methods": ["POST"]}, "search": {"feature": "chat-search"}},
    "policies": {
        "chat": {"key": "user", "actions": ["chat"], "rate": 8, "window": "1h"},
        "search": {"key": "user", "actions": ["search"], "rate": 60, "window": "12s", "burst": 3},
        "address": {"key": "address", "rate": 12, "window": "1h"},
    },
}


@dataclass(frozen=True)
class Told:
    """What an answer says: of the limit `name`, `left` of `quota` in `window` seconds are left, and all is back in `reset`."""

    name: str
    quota: int
    window: int
    left: int
    reset: int


def told(answer: httpx.Response) -> Told:
    ((policy, about),) = http_sf.parse(answer.headers["ratelimit-policy"].encode(), tltype="list")
    ((name, now),) = http_sf.parse(answer.headers["ratelimit"].encode(), tltype="list")
    assert policy == name
    assert isinstance(name, str)
    return Told(name, about["q"], about["w"], now["r"], now["t"])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(LIMITS, tmp_path_factory.mktemp("fields")) as shop:
        yield shop


def test_each_answer_tells_what_is_left_and_then_that_many_pass(running: Shop) -> None:
    user = running.user()
    for left in range(7, -1, -1):
        answer = running.ask("/v1/chat/1", user=user)
        assert answer.status_code == 200
        assert told(answer) == Told("chat", 8, 3600, left, told(answer).reset)
        assert abs(told(answer).reset - (8 - left) * 450) <= 1
    assert running.ask("/v1/chat/1", user=user).status_code == 429


def test_the_limit_nearest_to_exhaustion_is_told(running: Shop) -> None:
    """Two users at one address: the second has hardly used their own limit, but the address has."""
    first, second, ip = running.user(), running.user(), "92.184.77.1"
    assert running.admitted(8, "/v1/chat/1", user=first, ip=ip) == 8
    assert told(running.ask("/v1/chat/1", user=second, ip=ip)).name == "address"
    assert told(running.ask("/v1/chat/1", user=second, ip=ip)).left == 2


def test_waiting_as_told_is_enough_and_waiting_less_is_not(running: Shop) -> None:
    user = running.user()
    assert running.admitted(3, "/v1/chat/search", user=user) == 3
    refused = running.ask("/v1/chat/search", user=user)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert told(refused) == Told("search", 3, 1, 0, 1), "a bucket of 3 that fills in 0.6 seconds"
    assert running.ask("/v1/chat/search", user=user).status_code == 429, "not yet"
    until(lambda: running.ask("/v1/chat/search", user=user).status_code == 200, 1.0, "one more to be due")


def test_an_app_s_own_fields_do_not_confuse_ours(running: Shop) -> None:
    answer = running.ask("/v1/chat/1", user=running.user())
    assert "x-ratelimit-remaining" not in answer.headers
    assert len(answer.headers.get_list("ratelimit")) == 1


@pytest.mark.parametrize("fields", ["draft-03", "both", "none"])
def test_which_fields_are_sent_is_a_setting(tmp_path: Path, fields: str) -> None:
    with open_shop({**LIMITS, "headers": fields}, tmp_path) as shop:
        answer = shop.ask("/v1/chat/1", user=shop.user())
    assert ("ratelimit" in answer.headers) == (fields == "both")
    assert ("x-ratelimit-remaining" in answer.headers) == (fields != "none")
    if fields != "none":
        assert answer.headers["x-ratelimit-limit"] == "8, 8;w=3600"
        assert answer.headers["x-ratelimit-remaining"] == "7"
        assert answer.headers["x-ratelimit-reset"] in ("450", "449")
