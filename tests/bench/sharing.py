"""What limits hold over two edges of a region, over a thousand pushes, and what a user costs in memory."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import cycle
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Self
from urllib.parse import urlsplit

import psutil
import uvloop

from meridian.config.schema.root import Config
from meridian.envoy.agent.overlays import STAMP
from meridian.envoy.compiler import compile_edges
from meridian.features import features
from meridian.limits.sharing.holding import holding
from meridian.limits.sharing.meter import Meter
from meridian.limits.sharing.shares import Shares, even, follow
from meridian.limits.state import LimitsState
from meridian.regions.policy import Preferences
from meridian.regions.state import RegionsState
from meridian.world.traffic.client import Pool, Request
from tests.bench.row import Row
from tests.limits.edge import APP, CHECKER, RISKY, Shop, address_of, open_shop, shop
from tests.limits.sharing.pair import RELOADED, Pair, open_pair
from tests.support.envoys import Edge, until

LIMIT, USERS, HAMMERING = 200, 20, 3
SETTLING = 14
"""Seconds of traffic before the shares are taken to have settled."""
PUSHES = 1_000
MEMORY_USERS = 200_000
IN_FLIGHT = 32
LIMITS: dict[str, Any] = {
    "actions": {"chat": {"feature": "chat", "methods": ["POST"]}, "search": {"feature": "chat-search"}},
    "policies": {
        "chat": {"key": "user", "actions": ["chat"], "rate": LIMIT, "window": "1h"},
        "search": {"key": "user", "actions": ["search"], "rate": 20, "window": "1h"},
    },
}
CHURNED = 2_000
"""Chats an hour of the user who hammers while a thousand snapshots are pushed."""
SIX: dict[str, Any] = {
    "actions": LIMITS["actions"],
    "policies": {
        "rapid": {"key": "burst", "rate": 20, "window": "2s"},
        "chat": {"key": "user", "actions": ["chat"], "rate": 100, "window": "1m"},
        "general": {"key": "client", "class": "general", "rate": 200, "window": "1m"},
        "address": {"key": "address", "rate": 6000, "window": "1m"},
        "country": {"key": "country", "rate": 9_000_000, "window": "1m"},
        "region": {"key": "region", "rate": 9_000_000, "window": "1m"},
    },
}


def measure(folder: Path) -> Iterator[Row]:
    with open_pair(LIMITS, folder / "pair") as pair:
        for name, first in (("evenly", 0.5), ("90 to 10", 0.9)):
            yield together(pair, name, first)
    churned = {**LIMITS, "policies": with_rates(chat=CHURNED)}
    with open_shop(churned, folder / "churn", watches=True) as shop_of_one:
        yield churn(shop_of_one, churned)
    with open_shop({**SIX, "expected_users": 4 * MEMORY_USERS}, folder / "memory") as shop_of_many:
        yield memory(shop_of_many)


# Two edges, one region


def together(pair: Pair, name: str, first: float) -> Row:
    """Traffic of others until the shares have settled, then twenty users at three times their limit, request by request."""
    dice = random.Random(first)
    edges = {"one": pair.edges[0], "two": pair.edges[1]}
    shares = uvloop.run(settled(pair, edges, first, dice))
    users = [pair.one.user() for _ in range(USERS)]
    wanted = [(user, dice.random() < first) for _ in range(HAMMERING * LIMIT) for user in users]
    began = time.monotonic()
    admitted = uvloop.run(hammer(pair.one, edges, wanted))
    back = (time.monotonic() - began) * LIMIT / 3600
    worst = max(abs(admitted[user] - LIMIT) for user in users)
    held = " and ".join(f"{share:.1%}".replace("%", " %") for share in shares.values())
    note = (
        f"{USERS} users at {HAMMERING}x of {LIMIT}/h; the edges held {held}; {min(admitted.values())} to "
        f"{max(admitted.values())} were admitted, {back:.2f} came back meanwhile"
    )
    return Row(f"two edges, requests {name}: worst user's admissions off", worst / LIMIT * 100, 2, "%", note)


async def settled(pair: Pair, edges: dict[str, Edge], first: float, dice: random.Random) -> Shares:
    """The shares after so many seconds of requests by this probability, as control would find them from Envoy's counters."""
    meter, shares = Meter(), even(edges)
    pools = {name: pool_of(edge) for name, edge in edges.items()}
    content = chat("bystander", "")
    began, sent = time.monotonic(), 0
    told = -1.0
    while (now := time.monotonic() - began) < SETTLING:
        if now - told >= 2:
            told = now
            for name, edge in edges.items():
                counter = await asyncio.to_thread(edge.stat, r"http\.public\.downstream_rq_total")
                meter.hear(name, "", counter, shares[name], time.monotonic())
            following = follow(shares, meter.seen(time.monotonic()))
            if following != shares or now < 2:
                shares = following
                await asyncio.to_thread(pair.hold, shares["one"], shares["two"])
        for _ in range(10):
            name = "one" if dice.random() < first else "two"
            pools[name].send(Request(content, False, _unread))
            sent += 1
        await asyncio.sleep(max(0.0, sent / 400 - (time.monotonic() - began)))
    for pool in pools.values():
        pool.close()
    return shares


async def hammer(shop: Shop, edges: dict[str, Edge], wanted: list[tuple[str, bool]]) -> Counter[str]:
    """User -> admitted requests. wanted: who asks, and whether the first edge."""
    pools = {name: pool_of(edge) for name, edge in edges.items()}
    admitted: Counter[str] = Counter()
    contents: dict[tuple[str, str], bytes] = {}

    def one(user: str, first: bool) -> tuple[Pool, bytes, Callable[[int], None]]:
        name = "one" if first else "two"
        if (name, user) not in contents:
            contents[name, user] = chat(user, shop.token(user, ""))

        def count_in(status: int) -> None:
            admitted[user] += status == 200

        return pools[name], contents[name, user], count_in

    await in_flight(one(user, first) for user, first in wanted)
    for pool in pools.values():
        pool.close()
    return admitted


async def in_flight(requests: Iterator[tuple[Pool, bytes, Callable[[int], None]]]) -> None:
    """Sends all of them, so many at a time. Fails when one is answered with neither 200 nor 429."""

    async def lane() -> None:
        for pool, content, answered in requests:
            done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            pool.send(Request(content, False, partial(_tell, done)))
            status = await done
            assert status in (200, 429), f"answered with {status}"
            answered(status)

    await asyncio.gather(*(lane() for _ in range(IN_FLIGHT)))


def chat(user: str, signed: str) -> bytes:
    proof = f"authorization: Bearer {signed}\r\n" if signed else ""
    return (
        f"POST /v1/chat/1 HTTP/1.1\r\nhost: edge\r\nx-forwarded-for: {address_of(user)}\r\n{proof}"
        "content-length: 0\r\n\r\n"
    ).encode()


def _tell(done: "asyncio.Future[int]", status: int, body: bytes) -> None:
    done.set_result(status)


def _unread(status: int, body: bytes) -> None:
    """Nobody waits for this answer."""


def pool_of(edge: Edge) -> Pool:
    at = urlsplit(edge.url)
    return Pool(at.hostname or "", at.port or 0)


# A thousand pushes


def churn(running: Shop, limits: dict[str, Any]) -> Row:
    """A user who has used everything up goes on asking while snapshots are pushed. What they were admitted for beyond what came
    back meanwhile is what a push has given away."""
    edge, user = running.running.edges["EU"], running.user()
    states = cycle(changes(limits))
    used = uvloop.run(hammer(running, {"one": edge}, [(user, True)] * (CHURNED + 100)))[user]
    began = time.monotonic()
    with Hammering(running, user) as hammering:
        for number, (config, state, share) in zip(range(PUSHES), states, strict=False):
            resources = compiled(running, config, state, share, number)
            with hammering.knowing(share):
                lay(edge, resources)
    seconds = time.monotonic() - began
    extra = max(0.0, hammering.used - seconds / 3600)
    note = (
        f"{used} of {CHURNED}/h were used up before; {hammering.asked:,} requests in {seconds:.0f} s, {hammering.admitted} "
        f"admitted, which is {hammering.used:.2%} of the bucket; {seconds / 3600:.2%} came back"
    ).replace("%", " %")
    return Row(f"admitted extra by {PUSHES:,} pushes under load", extra * 100, 0.1, "%", note)


@dataclass
class Hammering:
    """One user, in a thread of their own. used: parts of the whole bucket that were taken, each request at the price of its
    moment; while the share changes nothing is asked, as the price would not be known."""

    shop: Shop
    user: str
    share: float = 1.0
    asked: int = 0
    admitted: int = 0
    used: float = 0.0
    failed: str = ""
    _lock: Lock = field(default_factory=Lock)
    _go: Event = field(default_factory=Event)
    _over: Event = field(default_factory=Event)

    def __enter__(self) -> Self:
        self._go.set()
        self._thread = Thread(target=self._ask)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        assert self.failed == "", self.failed

    @contextmanager
    def knowing(self, share: float) -> Iterator[None]:
        """The share changes within this, if it does."""
        if share == self.share:
            yield
            return
        self._go.clear()
        with self._lock:
            self._go.set()
            yield
            self.share = share

    def _ask(self) -> None:
        while not self._over.is_set():
            self._go.wait()
            with self._lock:
                status = self.shop.ask("/v1/chat/1", user=self.user).status_code
                if status not in (200, 429):
                    self.failed = f"answered with {status}"
                    return
                self.asked += 1
                self.admitted += status == 200
                self.used += (status == 200) / (CHURNED * self.share)


def changes(limits: dict[str, Any]) -> list[tuple[Config, dict[str, Any], float]]:
    """What is pushed in turn: configuration, states, share."""
    usual = shop(limits)
    moved = {region: list(codes) for region, codes in usual.countries.items()}
    moved["EU"].remove("PL")
    moved["US"].append("PL")
    other = {
        **limits,
        "policies": limits["policies"] | {"search": {**limits["policies"]["search"], "rate": 9}},
    }
    users = {f"somebody-{number}": {"chat": number} for number in range(1, 2000)}
    return [
        (usual, {}, 1.0),
        (shop(limits, services={"chat": {"timeout": "9s"}, "wallet": {}, "media": {}, "ai": {}}), {}, 1.0),
        (usual, {"routing": RegionsState(overrides={"somebody": "US"})}, 0.5),
        (usual, {"limits": LimitsState(users={"somebody": {"chat": 7}})}, 0.5),
        (shop(other), {}, 0.62),
        (shop(limits, countries=moved), {}, 0.62),
        (usual, {"routing": RegionsState(preferences=Preferences(nearest={"PL": "US"}, optimal={}))}, 0.3),
        (usual, {"limits": LimitsState(users=users, resets={"somebody": 1})}, 0.3),
        (usual, {"routing": RegionsState(drains={"europe-west1": 0.3})}, 0.9),
        (usual, {}, 0.9),
    ]


def compiled(
    running: Shop, config: Config, states: dict[str, Any], share: float, number: int
) -> dict[str, bytes]:
    """number: makes each push another one."""
    limits = states.get("limits") or LimitsState()
    states = {**states, "limits": replace(limits, users={**limits.users, "changing": {"chat": 1 + number}})}
    snapshot = compile_edges(
        config, running.running.inventory, (*features(), RISKY), states, {"app": APP.jwks}
    )
    resources = dict(snapshot["EU"].resources)
    return {**resources, STAMP: holding(resources[STAMP], share)}


def lay(edge: Edge, resources: Mapping[str, bytes]) -> None:
    """Returns once Envoy has the stamp."""
    loaded = edge.stat(RELOADED)
    edge.lay(resources)
    until(lambda: edge.stat(RELOADED) > loaded, what="the stamp to be taken")


def with_rates(**rates: int) -> dict[str, Any]:
    return {
        name: {**policy, "rate": rates.get(name, policy["rate"])}
        for name, policy in LIMITS["policies"].items()
    }


# Memory


def memory(running: Shop) -> Row:
    """Checks draw from the buckets of the gateway, and need no token for each user."""
    edge = running.running.edges["EU"]
    assert edge.process
    process = psutil.Process(edge.process.pid)
    proof = CHECKER.sign(sub="bench")
    uvloop.run(checks(edge, proof, range(2_000)))
    before = process.memory_info().rss
    began = time.monotonic()
    uvloop.run(checks(edge, proof, range(10_000, 10_000 + MEMORY_USERS)))
    seconds, after = time.monotonic() - began, process.memory_info().rss
    note = (
        f"{(after - before) / 1e6:.0f} MB more for {MEMORY_USERS:,} users at addresses of their own, who met six limits each; "
        f"{MEMORY_USERS / seconds:,.0f} checks/s"
    )
    return Row("memory of an edge for each user", (after - before) / MEMORY_USERS, 8_000, "B", note)


async def checks(edge: Edge, proof: str, users: range) -> None:
    """Fails when one is answered with anything but 200, which refusals by a limit are too."""
    pool, statuses = pool_of(edge), Counter[int]()

    def count_in(status: int) -> None:
        statuses[status] += 1

    await in_flight((pool, check(proof, number), count_in) for number in users)
    pool.close()
    assert statuses == {200: len(users)}


def check(proof: str, number: int) -> bytes:
    asked = {
        "action": "chat",
        "user": f"user-{number}",
        "ip": f"92.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        "country": "FR",
        "region": "EU",
    }
    body = json.dumps(asked)
    return (
        f"POST /infrastructure/rate-limit/check HTTP/1.1\r\nhost: edge\r\nmeridian-check: {proof}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    ).encode()
