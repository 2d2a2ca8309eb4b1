"""How soon an operator's change is obeyed by every edge.

A change places a user in another region, so the answer to the request that first obeys it comes from far
away: a simulated 90 to 180 ms. What counts is when the edge decided, not when the answer was back. So a
request is sent every few milliseconds, whether or not the ones before it were answered, and a change is
enforced with the first request after which all obeyed it. The moment counted is that at which it was sent;
the edge has it within a millisecond.
"""

import asyncio
import itertools
import json
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from tests.bench.row import Row
from tests.support.world import BRITISH, World

CHANGES = 50
EVERY = 0.01
STEADY = 5
PATIENCE = 10.0
USER = "bench"
LIMIT = 300
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Prober:
    """One edge, asked the same again and again. read: what of an answer (head, body) tells which change was obeyed. seen: (when
    it was asked, what it answered)."""

    port: int
    request: bytes
    read: Callable[[bytes, bytes], str]
    seen: list[tuple[float, str]] = field(default_factory=list)
    _idle: list[Connection] = field(default_factory=list)

    async def ask(self) -> None:
        connection = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self.port)
        sent = time.monotonic()
        head, body = await _exchange(connection, self.request)
        self.seen.append((sent, self.read(head, body)))
        self._idle.append(connection)

    async def obeyed(self, wanted: str, began: float) -> float:
        """Seconds from `began` to the first request after which every one found `wanted`."""
        self.seen.clear()
        async with asyncio.TaskGroup() as group:
            while not _steady(self.seen, wanted):
                if time.monotonic() > began + PATIENCE:
                    raise AssertionError(
                        f"port {self.port} did not obey within {PATIENCE:g} s: {self.seen[-1:]}"
                    )
                group.create_task(self.ask())
                await asyncio.sleep(EVERY)
        return _settled(self.seen, wanted) - began

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()


def _steady(seen: list[tuple[float, str]], wanted: str) -> bool:
    """Whether the requests asked last obeyed: the threads of an Envoy change their minds one after the other."""
    return len(seen) >= STEADY and all(told == wanted for _, told in sorted(seen)[-STEADY:])


def _settled(seen: list[tuple[float, str]], wanted: str) -> float:
    latest = sorted(seen, reverse=True)
    return list(itertools.takewhile(lambda each: each[1] == wanted, latest))[-1][0]


async def _exchange(connection: Connection, request: bytes) -> tuple[bytes, bytes]:
    """Head and body of the answer."""
    reader, writer = connection
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    assert length, f"an answer without its length: {head!r}"
    return head, await reader.readexactly(int(length[1]))


def _home(head: bytes, body: bytes) -> str:
    """The region in which the app's answer says the user is at home."""
    with suppress(ValueError):
        return str(json.loads(body).get("home", ""))
    return ""


def _unlimited(world: World) -> None:
    """Lifts the limits that so many questions of one user from one address would meet."""
    for limit, whose in (("feed", "user"), ("rapid", "user"), ("general", "client"), ("address", "client")):
        name = USER if whose == "user" else BRITISH
        world.run(
            "limits",
            "override",
            "set",
            limit,
            "1000000",
            f"--{whose}",
            name,
            "--for",
            "1h",
            "--reason",
            "bench",
        )


async def changes(world: World, number: int) -> list[float]:
    """Seconds from sending each change to the slowest edge's obeying it."""
    _unlimited(world)
    token = world.token(USER)
    head = f"GET /v1/feed HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\nx-forwarded-for: {BRITISH}\r\n\r\n"
    ports = [int(world.edge(region).rpartition(":")[2]) for region in ("EU", "US", "APAC")]
    probers = [Prober(port, head.encode(), _home) for port in ports]
    path = f"{world.control}/infrastructure/users/{USER}/override"
    times = []
    async with httpx.AsyncClient(headers=world.admin, trust_env=False, timeout=PATIENCE) as operator:
        for turn in range(-1, number):
            region = ("APAC", "US")[turn % 2]
            began = time.monotonic()
            waiting = [asyncio.create_task(each.obeyed(region, began)) for each in probers]
            (await operator.put(path, json={"region": region, "reason": "bench"})).raise_for_status()
            slowest = max(await asyncio.gather(*waiting))
            if turn >= 0:  # the first one only brings everything to where the second one starts
                times.append(slowest)
    for each in probers:
        each.close()
    return times


def measure(world: World) -> Iterator[Row]:
    yield row("change -> enforced on all edges, p99", asyncio.run(changes(world, CHANGES)))


def row(what: str, times: list[float]) -> Row:
    p99 = statistics.quantiles(times, n=100)[98] * 1000
    note = f"{len(times)} changes, slowest of 3 edges each; median {statistics.median(times) * 1000:.0f} ms"
    return Row(what, p99, LIMIT, "ms", note)
