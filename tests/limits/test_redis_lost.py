"""Redis killed in the middle of a run of payouts, through a real edge: nobody waits for it, and no limit is broken."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.limits.admitting import admitting
from tests.limits.edge import Shop, open_shop
from tests.support.envoys import until
from tests.support.redis import Redis, redis

LIMITS = {
    "actions": {
        "payout": {"feature": "wallet", "methods": ["POST"]},
        "buy": {"feature": "chat", "methods": ["POST"]},
    },
    "policies": {
        name: {
            "key": "user", "actions": [name], "rate": 5, "window": "1h", "scope": "exact", "on_failure": failing,
        }
        for name, failing in (("payout", "deny"), ("buy", "allow"))
    },
    "counters": {"store": "redis"},
}  # fmt: skip
PAYOUT, BUY = "/v1/wallet/payout", "/v1/chat/buy"
STALL = 1.0
"""Seconds; how much less it is, `make bench` measures."""


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[tuple[Shop, Redis]]:
    with (
        redis() as store,
        open_shop(LIMITS, tmp_path / "edges") as shop,
        admitting(shop, MERIDIAN_REDIS_URL=store.url),
    ):
        until(lambda: shop.ask(PAYOUT, user=shop.user()).status_code == 200, what="the first payout")
        yield shop, store


def paced(shop: Shop, path: str, users: list[str], seconds: float) -> tuple[dict[str, list[int]], float]:
    """The answers of each user, asked in turn for so long, and the longest that one took."""
    found: dict[str, list[int]] = {user: [] for user in users}
    longest, ends = 0.0, time.monotonic() + seconds
    while time.monotonic() < ends:
        for user in users:
            began = time.monotonic()
            found[user].append(shop.ask(path, user=user).status_code)
            longest = max(longest, time.monotonic() - began)
    return found, longest


@pytest.mark.parametrize(("path", "meanwhile"), [(PAYOUT, 503), (BUY, 200)])
def test_a_lost_redis_makes_nobody_wait_and_breaks_no_limit(
    lost: tuple[Shop, Redis], path: str, meanwhile: int
) -> None:
    shop, store = lost
    begun, fresh = [shop.user() for _ in range(4)], [shop.user() for _ in range(4)]
    for user in begun:
        assert [shop.ask(path, user=user).status_code for _ in range(3)] == [200] * 3
    store.kill()
    answers, longest = paced(shop, path, begun + fresh, 1.5)
    assert longest < STALL
    allowed = (
        {user: 2 if user in begun else 5 for user in answers}
        if meanwhile == 200
        else dict.fromkeys(answers, 0)
    )
    for user, statuses in answers.items():
        assert statuses.count(200) == allowed[user], "what admission itself counted goes on"
        assert set(statuses) <= {200, 429, 503}
        assert statuses[-1] == (429 if meanwhile == 200 else 503)

    store.start()
    newcomer = shop.user()
    until(lambda: shop.ask(path, user=newcomer).status_code == 200, 10, "admission to find Redis again")
    for user in begun:
        after = [shop.ask(path, user=user).status_code for _ in range(4)]
        assert after.count(200) == 2 - allowed[user], "an empty Redis is told what was known"
