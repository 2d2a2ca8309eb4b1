"""A real Envoy under load, its log and its numbers: what control gets of them each second, and every ten."""

import asyncio
import json
from collections.abc import Mapping

import aiohttp

from meridian.envoy.snapshot import Snapshot, canonical
from meridian.telemetry.cube import Cube, merged
from meridian.telemetry.edge.counting import Counting
from meridian.telemetry.kinds import EDGE, PEOPLE, TRAFFIC, Kind
from meridian.telemetry.windows import windows_from_json
from tests.envoy.agent.conftest import World, until
from tests.envoy.agent.conftest import world as world
from tests.envoy.agent.tail.test_edge import logging

REQUESTS = 600


def of_chat(port: int) -> Snapshot:
    """Its route is of a feature, and answers as version 7 of the app does."""
    plain = logging(port)
    table = json.loads(plain.resources["routes/public.json"])
    answer = table["resources"][0]["virtual_hosts"][0]["routes"][0]
    answer["metadata"] = {"filter_metadata": {"meridian": {"feature": "chat", "service": "chat"}}}
    answer["response_headers_to_add"] = [{"header": {"key": "x-meridian-version", "value": "7"}}]
    return Snapshot("EU", {**plain.resources, "routes/public.json": canonical(table)}, 1)


async def ask(world: World, count: int) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=10)) as session:

        async def one(number: int) -> None:
            headers = {
                "x-meridian-user": f"u{number % 50}",
                "x-meridian-tier": "vip",
                "x-meridian-region": "EU",
            }
            async with session.get(f"http://127.0.0.1:{world.port}/answer", headers=headers) as answer:
                assert answer.status == 200

        await asyncio.gather(*(one(number) for number in range(count)))


def told(contents: list[Mapping[str, object]], kind: Kind) -> Cube:
    windows = [windows_from_json(content) for content in contents]
    return merged(
        (cubes[kind.name] for each in windows for cubes in each.values() if kind.name in cubes), kind
    )


async def test_pulses_and_records_tell_the_same_requests(world: World) -> None:
    world.folds = {"telemetry": lambda facts: (Counting(facts),)}
    await world.serve(of_chat(world.port))

    def pulsed(kind: Kind) -> Cube:
        return told([each["pulses"]["telemetry"] for each in world.control.pulses], kind)

    await until(lambda: len(world.control.pulses) > 0)
    await ask(world, REQUESTS)
    await until(lambda: sum(cell.sums[0] for cell in pulsed(TRAFFIC).cells.values()) == REQUESTS)
    await until(lambda: ("EU", "EU-1", "cpu_cores") in pulsed(EDGE).cells)
    log = [json.loads(line) for line in (world.home / "log" / "access.log").read_bytes().splitlines()]
    await world.leave()

    traffic = told(list(world.control.records.values()), TRAFFIC)
    assert {labels: cell.sums[0] for labels, cell in traffic.cells.items()} == {
        ("EU", "", "chat", "chat", "7", "2xx"): REQUESTS
    }
    people = told(list(world.control.records.values()), PEOPLE)
    for cube in (people, pulsed(PEOPLE)):
        found = {who: cell.distinct.estimate() for (_, who), cell in cube.cells.items() if cell.distinct}
        assert {who: round(each) for who, each in found.items()} == {"users": 50, "paying": 50, "clients": 1}
    exact = sorted(line["ms"] for line in log)
    [(_, cell)] = traffic.grouped().cells.items()
    assert cell.histogram is not None
    for share in (0.5, 0.95, 0.99):
        wanted = exact[-(-int(share * 1000) * REQUESTS // 1000) - 1]
        assert abs((cell.histogram.percentile(share) or 0) - wanted) <= 0.01 * wanted
    numbers = {name: cell for (_, _, name), cell in pulsed(EDGE).cells.items()}
    assert numbers["memory_bytes"].sums[1] / numbers["memory_bytes"].sums[0] > 10e6
    assert numbers["lines"].sums[1] == REQUESTS
    assert numbers.keys() >= {"connections", "requests_active", "pending", "agent_memory_bytes"}
