"""The sender against real sample apps that stand in for edges."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meridian.world.app_protocol import App, AppProtocol
from meridian.world.traffic.client import Pool, Request
from meridian.world.traffic.crowd import User, gather
from meridian.world.traffic.law import law
from meridian.world.traffic.mix import mix
from meridian.world.traffic.run import Order, Sender, content
from meridian.world.traffic.schedule import schedule
from meridian.world.traffic.screen import Screen, line, summary
from tests.world.conftest import CONFIG

RULES = law(CONFIG)
ADDRESSES = {"DE": ("1.0.0.1",), "US": ("2.0.0.1",), "IN": ("2001:db8::1",)}


@pytest.fixture
async def apps() -> AsyncIterator[dict[str, tuple[App, Pool]]]:
    loop = asyncio.get_running_loop()
    found, servers = {}, []
    for region, location in (("EU", "europe-west1"), ("US", "us-central1"), ("APAC", "asia-south1")):
        app = App(location, region)
        server = await loop.create_server(lambda app=app: AppProtocol(app, loop), "127.0.0.1", 0)  # type: ignore[misc]
        servers.append(server)
        found[region] = (app, Pool("127.0.0.1", server.sockets[0].getsockname()[1]))
    yield found
    for server in servers:
        server.close()


def crowd(travellers: bool = False) -> list[User]:
    users = gather(ADDRESSES, {}, RULES, mix("steady"), lambda *_: "token", 30, random.Random(1))
    return users if travellers else [user for user in users if user.edge == user.home]


async def send(apps: dict[str, tuple[App, Pool]], users: list[User], seconds: float = 1.0) -> Sender:
    sender = Sender({region: pool for region, (_, pool) in apps.items()}, RULES)
    with Screen(100, True) as screen:
        await sender.send_all(Order(Path(), 100, "steady", seconds, 3), mix("chat-heavy"), users, screen)
    return sender


async def test_every_request_is_sent_answered_and_placed(apps: dict[str, tuple[App, Pool]]) -> None:
    tally = (await send(apps, crowd())).tally
    assert tally.sent == tally.done == tally.outcomes["ok"] == 100
    assert sum(app.served.summary()["total"] for app, _ in apps.values()) == 100
    assert tally.countries == {"DE", "US", "IN"}
    assert tally.failed == 0
    assert "100 of 100 requests a second" in summary(tally.to_json(1.0), 100)
    assert "violations" in line(tally.to_json(1.0))


async def test_an_answer_from_the_wrong_place_is_a_violation(apps: dict[str, tuple[App, Pool]]) -> None:
    german = [user for user in crowd() if user.country == "DE"]
    swapped = {**apps, "EU": apps["US"]}
    tally = (await send(swapped, german, 0.3)).tally
    assert tally.violations > 0
    assert "at home in EU, answered by us-central1" in tally.first_violations[0]
    assert "VIOLATION" in summary(tally.to_json(0.3), 100)


async def test_failures_are_counted_and_not_hidden(apps: dict[str, tuple[App, Pool]]) -> None:
    for app, _ in apps.values():
        app.afflict(app.trouble.changed({"errors": 1.0}))
    tally = (await send(apps, crowd(), 0.3)).tally
    assert tally.outcomes == {"error": 30}
    assert tally.repeatable_failed + tally.other_failed == 30
    assert tally.repeatable_failed > 0


async def test_a_slow_app_does_not_slow_the_schedule(apps: dict[str, tuple[App, Pool]]) -> None:
    for app, _ in apps.values():
        app.afflict(app.trouble.changed({"slow": 300}))
    tally = (await send(apps, crowd(), 0.5)).tally
    assert tally.sent == 50
    assert tally.latencies.quantile(0.5) >= 0.29
    assert tally.latest_start < 0.2


async def test_nobody_listening_is_broken_and_not_an_exception() -> None:
    pool = Pool("127.0.0.1", 1)
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    pool.send(Request(b"GET / HTTP/1.1\r\n\r\n", True, lambda status, body: done.set_result(status)))
    assert await asyncio.wait_for(done, 5) == 0


async def test_a_kept_connection_that_was_closed_is_no_failure_of_a_repeatable_request() -> None:
    """The server closes each connection after one answer without saying so, as one that restarts does."""
    seen = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    pool = Pool("127.0.0.1", server.sockets[0].getsockname()[1])
    answers = []
    for repeatable in (True, True, False):
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        pool.send(
            Request(b"GET / HTTP/1.1\r\n\r\n", repeatable, lambda status, body, d=done: d.set_result(status))
        )  # type: ignore[misc]
        answers.append(await asyncio.wait_for(done, 5))
    assert answers == [200, 200, 0]
    assert (pool.resent, seen) == (1, 2)
    pool.close()
    server.close()


async def test_what_never_answers_is_given_up(apps: dict[str, tuple[App, Pool]]) -> None:
    app, pool = apps["EU"]
    app.afflict(app.trouble.changed({"hang": True}))
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    pool.send(Request(b"GET /v1/feed HTTP/1.1\r\n\r\n", True, lambda status, body: done.set_result(status)))
    async with asyncio.timeout(5):
        while not done.done():
            pool.expire(0.05)
            await asyncio.sleep(0.01)
    assert done.result() == -1
    pool.close()


def test_a_request_says_who_asks_from_where() -> None:
    due = next(d for d in schedule(100, 10, mix("launch-day"), crowd(), 1) if d.key and d.signed)
    head, _, body = content(due, "127.0.0.1:8081").decode().partition("\r\n\r\n")
    lines = head.split("\r\n")
    assert lines[0] == f"POST {due.action.endpoint.path} HTTP/1.1"
    assert f"x-forwarded-for: {due.user.address}" in lines
    assert f"idempotency-key: {due.key}" in lines
    assert "authorization: Bearer token" in lines
    assert json.loads(body)
    assert f"content-length: {len(body)}" in lines
