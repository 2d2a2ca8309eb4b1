"""A real Envoy's log, through its rotation and the death of its agent: every request is in the records once."""

import asyncio
import json
from collections import Counter
from typing import Any

import aiohttp

from meridian.envoy import accesslog
from meridian.envoy.lines import AccessLine, Alike
from meridian.envoy.snapshot import Snapshot, response
from tests.envoy.agent.conftest import World, until
from tests.envoy.agent.conftest import world as world
from tests.envoy.agent.snapshots import listener, snapshot
from tests.envoy.agent.tail.test_folding import Users

REQUESTS = 1_500
LONG = {"x-meridian-tier": "x" * 500}
"""So that few lines fill the megabyte after which the log is rotated."""


def logging(port: int) -> Snapshot:
    """With the access log as edges have it."""
    public = listener("127.0.0.1", port)
    public["filter_chains"][0]["filters"][0]["typed_config"]["access_log"] = [accesslog.config()]
    plain = snapshot(port)
    return Snapshot("EU", {**plain.resources, "listeners.json": response([public])}, 1)


async def ask(world: World, start: int, count: int) -> None:
    connector = aiohttp.TCPConnector(limit=20)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def one(number: int) -> None:
            url = f"http://127.0.0.1:{world.port}/answer"
            async with session.get(url, headers={"x-meridian-user": f"u{number}", **LONG}) as answer:
                assert answer.status == 200

        await asyncio.gather(*(one(number) for number in range(start, start + count)))


def counted(world: World) -> Counter[str]:
    found: Counter[str] = Counter()
    for content in world.control.records.values():
        for _, user, count in content["counts"]:
            found[user] += count
    return found


def lines(agent: Any) -> int:
    return int(agent.parts.tail.folding.logs["access"].lines)


async def test_every_request_is_in_the_records_once(world: World) -> None:
    world.folds = {"sample": lambda facts: (Users(),)}
    agent = await world.serve(logging(world.port))
    await ask(world, 0, REQUESTS)
    await until(lambda: lines(agent) == REQUESTS)
    await agent.parts.tail.folding.checkpoint()  # type: ignore[union-attr]
    await until(lambda: len(counted(world)) == REQUESTS)

    await until(lambda: world.home.joinpath("log", "access.log.1").exists())

    await ask(world, REQUESTS, 200)
    await until(lambda: lines(agent) == REQUESTS + 200)
    await world.abandon()  # what it has read since its last checkpoint dies with it
    await ask(world, REQUESTS + 200, 100)
    world.start()
    await ask(world, REQUESTS + 300, 100)
    await world.leave()
    assert counted(world) == {f"u{number}": 1 for number in range(REQUESTS + 400)}


def test_the_line_type_knows_every_field_of_the_log() -> None:
    config = accesslog.config()["typed_config"]["log_format"]["json_format"]
    assert set(config["alike"]) == set(Alike.__struct_fields__), json.dumps(config)
    for_people = {"method", "target", "flags", "tries"}
    assert set(config) - for_people == set(AccessLine.__struct_fields__) - {"hits"}, json.dumps(config)
