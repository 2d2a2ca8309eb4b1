"""`meridian world traffic`: sends the schedule, checks each answer, shows what happens, and judges the whole."""

import asyncio
import json
import random
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvloop

from meridian import console as output
from meridian.core.errors import InvalidInput, Unavailable
from meridian.geo.blocks import read_blocks
from meridian.geo.lookup import default_database
from meridian.world import hotline, issuer
from meridian.world.fetch import fetch_json
from meridian.world.home import Home
from meridian.world.traffic.client import TIMED_OUT, Pool, Request
from meridian.world.traffic.crowd import gather, size_for
from meridian.world.traffic.law import Law, law
from meridian.world.traffic.mix import Mix, mix
from meridian.world.traffic.schedule import Due, schedule
from meridian.world.traffic.screen import Screen, summary
from meridian.world.traffic.tally import Tally, outcome

TIME_LIMIT = 20.0
"""Seconds after which an answer is not waited for any longer."""
MOST_WAITING = 4_000


@dataclass(frozen=True, slots=True)
class Order:
    """home: of the world. rps: requests a second. seconds: how long."""

    home: Path
    rps: int
    mix: str
    seconds: float
    seed: int


def run(order: Order, as_json: bool) -> int:
    """Blocks until the schedule is through or Ctrl-C; exit status 1 after a residency violation."""
    if order.seconds <= 0:
        raise InvalidInput("the duration is zero", "give for example --duration 60s")
    wanted = mix(order.mix)
    world = _world(order.home)
    root = Path(world["home"])
    text = _config(world, root)
    rules = law(text)
    users = _users(order, wanted, rules, root)
    output.note(
        f"{len(users)} users of {len({user.country for user in users})} countries, "
        f"{order.rps} requests a second for {order.seconds:.0f} s"
    )
    sender = Sender({region: _pool(url) for region, url in world["urls"].items()}, rules)
    with Screen(order.rps, as_json) as screen:
        seconds = uvloop.run(sender.send_all(order, wanted, users, screen))
    told = sender.tally.to_json(seconds)
    if as_json:
        output.emit(told)
    else:
        output.say(summary(told, order.rps))
    return 1 if sender.tally.violations else 0


def _world(home: Path) -> Mapping[str, Any]:
    try:
        return hotline.ask(Home.seen(home).supervisor, {"command": "status"})
    except Unavailable:
        raise Unavailable(f"no world is running in {home}", "start one with `meridian up`") from None


def _config(world: Mapping[str, Any], root: Path) -> str:
    """The active configuration; with control down, the file that the world was started with."""
    token = (root / "admin-token").read_text().strip()
    active = fetch_json(f"http://{world['control']}/infrastructure/config", token, 5.0)
    return str(active["text"]) if active else Path(world["config"]).read_text()


def _users(order: Order, wanted: Mix, rules: Law, root: Path) -> list[Any]:
    blocks = read_blocks(default_database())
    own = issuer.load(root)
    lifetime = order.seconds + 3600

    def sign(id: str, tier: str, country: str) -> str:
        return own.sign(id, tier, country, lifetime)

    known = {
        code: there for code, there in blocks.addresses(order.seed, 24).items() if code in rules.region_of
    }
    chance = random.Random(order.seed)  # noqa: S311 - repeatable, not secret
    return gather(known, blocks.weights(), rules, wanted, sign, size_for(order.rps), chance)


def _pool(url: str) -> Pool:
    parts = urlsplit(url)
    return Pool(parts.hostname or "127.0.0.1", parts.port or 80)


class Sender:
    """pools: region -> connections to its edge."""

    def __init__(self, pools: Mapping[str, Pool], rules: Law) -> None:
        self.pools = pools
        self.rules = rules
        self.tally = Tally()
        self.waiting = 0

    async def send_all(self, order: Order, wanted: Mix, users: list[Any], screen: Screen) -> float:
        """Seconds that it took."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        began = time.monotonic()
        watching = asyncio.create_task(self._watch(began, screen))
        try:
            for due in schedule(order.rps, order.seconds, wanted, users, order.seed):
                if not await _reach(began + due.at, stop):
                    break
                self._send(due, began + due.at)
            seconds = time.monotonic() - began
            await self._finish(stop)
            return seconds
        finally:
            watching.cancel()
            for pool in self.pools.values():
                pool.close()

    async def _finish(self, stop: asyncio.Event) -> None:
        """Waits for what is under way, up to the time limit or a second Ctrl-C."""
        deadline = time.monotonic() + TIME_LIMIT
        stop.clear()
        while self.waiting and time.monotonic() < deadline and not stop.is_set():
            await _reach(time.monotonic() + 0.05, stop)

    async def _watch(self, began: float, screen: Screen) -> None:
        while True:
            await asyncio.sleep(0.5)
            for pool in self.pools.values():
                pool.expire(TIME_LIMIT)
            self.tally.resent = sum(pool.resent for pool in self.pools.values())
            screen.show(self.tally, time.monotonic() - began, self.waiting)

    def _send(self, due: Due, at: float) -> None:
        late = time.monotonic() - at
        self.tally.latest_start = max(self.tally.latest_start, late)
        pool = self.pools.get(due.user.edge)
        if pool is None or self.waiting >= MOST_WAITING:
            self.tally.unsent += 1
            return
        self.waiting += 1
        self.tally.sent += 1

        def done(status: int, body: bytes) -> None:
            self.waiting -= 1
            self._answered(due, status, body, time.monotonic() - at)

        pool.send(Request(content(due, f"{pool.host}:{pool.port}"), due.action.repeatable, done))

    def _answered(self, due: Due, status: int, body: bytes, seconds: float) -> None:
        kind = "timeout" if status == TIMED_OUT else outcome(status) if status else "broken"
        endpoint = due.action.endpoint
        what = f"{endpoint.method} {endpoint.path} from {due.user.country} by the edge {due.user.edge}"
        self.tally.answered(kind, seconds, due.action.repeatable, f"{what}, status {status}")
        if kind == "ok":
            self._placed(due, body, what)

    def _placed(self, due: Due, body: bytes, what: str) -> None:
        try:
            answer = json.loads(body)
            region, location = str(answer["region"]), str(answer["served_by"])
        except (ValueError, KeyError, TypeError):
            return
        home = str(answer.get("home") or due.user.home)
        self.tally.placed(region, location, home, due.user.country)
        if home != due.user.home:
            self.tally.misplaced += 1
        if self.rules.broken(due.action.endpoint.path, home, location):
            self.tally.violated(f"{what}: at home in {home}, answered by {location}")


async def _reach(moment: float, stop: asyncio.Event) -> bool:
    """Waits until a moment (monotonic seconds). False when told to stop."""
    if stop.is_set():
        return False
    left = moment - time.monotonic()
    if left > 0.0005:
        await asyncio.sleep(left)
    elif random.random() < 0.05:  # noqa: S311 - when behind, answers must still be read now and then
        await asyncio.sleep(0)
    return not stop.is_set()


def content(due: Due, host: str) -> bytes:
    """The request as it goes out. The client's address stands where a proxy in front of the edge would put it."""
    endpoint, user = due.action.endpoint, due.user
    lines = [
        f"{endpoint.method} {endpoint.path} HTTP/1.1",
        f"host: {host}",
        f"x-forwarded-for: {user.address}",
    ]
    lines.append("user-agent: meridian-traffic")
    if due.signed:
        lines.append(f"authorization: Bearer {user.token}")
    if due.key:
        lines.append(f"idempotency-key: {due.key}")
    body = ""
    if endpoint.method != "GET":
        body = '{"from": "traffic"}'
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
