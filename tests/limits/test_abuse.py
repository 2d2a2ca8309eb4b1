"""One user at 500 requests a second, and their neighbour: same country, same tier, other user."""

import asyncio
import time
from collections import Counter
from pathlib import Path

from meridian.world.traffic.client import Pool, Request
from tests.limits.edge import Shop, address_of, open_shop

RPS, SECONDS = 500, 4
LIMITS = {
    "actions": {"chat": {"feature": "chat", "methods": ["POST"]}},
    "policies": {
        "chat": {"key": "user", "actions": ["chat"], "rate": 100, "window": "1m"},
        "general": {"key": "client", "class": "general", "rate": 200, "window": "1m"},
        "country": {"key": "country", "rate": 300, "window": "1m"},
        "region": {"key": "region", "rate": 300, "window": "1m"},
    },
}
"""Country and region would be used up within a second if refused requests took from them."""


def test_an_abuser_leaves_their_neighbour_alone(tmp_path: Path) -> None:
    with open_shop(LIMITS, tmp_path) as shop:
        abuser, neighbour = shop.user(), shop.user()
        abused, served = asyncio.run(both(shop, abuser, neighbour))
    assert served == Counter({200: 10 * SECONDS}), "all of ten chats a second"
    assert sum(abused.values()) == RPS * SECONDS
    assert 100 <= abused[200] <= 100 + (SECONDS + 1) * 100 / 60
    assert abused[429] == RPS * SECONDS - abused[200]


async def both(shop: Shop, abuser: str, neighbour: str) -> tuple[Counter[int], Counter[int]]:
    return await asyncio.gather(hammer(shop, abuser, RPS), hammer(shop, neighbour, 10))


async def hammer(shop: Shop, user: str, rps: int) -> Counter[int]:
    """Requests of one user on a schedule, whether or not the ones before were answered."""
    host, _, port = shop.running.edges["EU"].url.removeprefix("http://").partition(":")
    pool, found = Pool(host, int(port)), Counter[int]()
    request = (
        f"POST /v1/chat/1 HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\nx-forwarded-for: {address_of(user)}\r\n"
        f"authorization: Bearer {shop.token(user, '')}\r\n\r\n"
    ).encode()
    began = time.monotonic()
    for number in range(rps * SECONDS):
        wait = began + number / rps - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        pool.send(Request(request, False, lambda status, body: found.update([status])))
    async with asyncio.timeout(20):
        while found.total() < rps * SECONDS:
            await asyncio.sleep(0.01)
    pool.close()
    return found
