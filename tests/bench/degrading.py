"""How soon a level of degradation is obeyed by every edge: measured as `enforcing` does, by the level that answers name."""

import asyncio
import re
import time
from collections.abc import Iterator

import httpx

from tests.bench.enforcing import CHANGES, PATIENCE, Prober, row
from tests.bench.row import Row
from tests.support.world import BRITISH, World

_LEVEL = re.compile(rb"x-meridian-degraded: *(\d)", re.IGNORECASE)
REQUEST = f"GET /v1/feed HTTP/1.1\r\nhost: bench\r\nx-forwarded-for: {BRITISH}\r\n\r\n".encode()
"""Refused at both levels that are changed between, so the edges answer by themselves; without a user no limit is met soon."""


async def changes(world: World, number: int) -> list[float]:
    """Seconds from sending each order to the slowest edge's obeying it."""
    ports = [int(world.edge(region).rpartition(":")[2]) for region in ("EU", "US", "APAC")]
    probers = [Prober(port, REQUEST, _level) for port in ports]
    path = f"{world.control}/infrastructure/degradation"
    times = []
    async with httpx.AsyncClient(headers=world.admin, trust_env=False, timeout=PATIENCE) as operator:
        for turn in range(-1, number):
            level = (2, 3)[turn % 2]
            began = time.monotonic()
            waiting = [asyncio.create_task(each.obeyed(str(level), began)) for each in probers]
            (await operator.post(path, json={"level": level, "reason": "bench"})).raise_for_status()
            slowest = max(await asyncio.gather(*waiting))
            if turn >= 0:  # the first one only brings everything to where the second one starts
                times.append(slowest)
        (await operator.post(path, json={"level": 0, "reason": "bench"})).raise_for_status()
    for each in probers:
        each.close()
    return times


def measure(world: World) -> Iterator[Row]:
    yield row("level -> refused on all edges, p99", asyncio.run(changes(world, CHANGES)))


def _level(head: bytes, body: bytes) -> str:
    found = _LEVEL.search(head)
    return found[1].decode() if found else ""
