"""What losing Redis costs: payouts of many users through a real edge, each on a kept connection, while Redis is killed and comes
back."""

import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.row import Row
from tests.limits.admitting import admitting
from tests.limits.edge import Shop, open_shop
from tests.limits.test_redis_lost import LIMITS, PAYOUT
from tests.support.envoys import until
from tests.support.redis import redis

SECONDS = 3.0


def measure(folder: Path) -> Iterator[Row]:
    with redis() as store, open_shop(LIMITS, folder) as shop, admitting(shop, MERIDIAN_REDIS_URL=store.url):
        until(lambda: shop.ask(PAYOUT, user=shop.user()).status_code == 200, what="the first payout")
        users = [shop.user() for _ in range(200)]
        for user in users:
            shop.token(user, "")
        usual = slowest(shop, users, SECONDS)
        store.kill()
        away = slowest(shop, users, SECONDS)
        store.start()
        back = slowest(shop, users, SECONDS)
    note = f"over {SECONDS:g} s each: {usual:.0f} ms before, {away:.0f} ms after the kill, {back:.0f} ms after the return"
    yield Row("slowest payout while Redis is lost and comes back", max(away, back), 50, "ms", note)


def slowest(shop: Shop, users: list[str], seconds: float) -> float:
    """Milliseconds of the slowest of one request after the other."""
    longest, ends, number = 0.0, time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        began = time.monotonic()
        shop.ask(PAYOUT, user=users[number % len(users)])
        longest = max(longest, time.monotonic() - began)
        number += 1
    return longest * 1000
