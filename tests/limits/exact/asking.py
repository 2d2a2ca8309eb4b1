"""Exact counters as a test asks them: awaited, and over a Redis of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from meridian.limits.exact.clock import StoreClock
from meridian.limits.exact.counters import Answer, Charge, Counters
from meridian.limits.exact.line import Line
from meridian.limits.exact.memory import MemoryCounters
from meridian.limits.exact.redis_wire import redis_wire
from meridian.limits.exact.shared import SharedCounters


@dataclass
class Edge:
    """One admission process's way of counting. told: what it said of its store, in order."""

    counters: SharedCounters
    line: Line
    mirror: MemoryCounters
    told: list[str] = field(default_factory=list)

    async def take(self, *charges: Charge) -> Answer:
        return await taken(self.counters, charges)

    async def peek(self, *charges: Charge) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.counters.peek(charges, answer.set_result)
        return await answer


async def taken(counters: Counters, charges: Sequence[Charge]) -> Answer:
    answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    counters.take(charges, answer.set_result)
    return await answer


@asynccontextmanager
async def edge(url: str, deadline: float = 1.0) -> AsyncIterator[Edge]:
    told: list[str] = []
    line = Line(lambda: redis_wire(url), deadline, told.append)
    mirror, clock = MemoryCounters(), StoreClock()
    await line.open()
    try:
        yield Edge(SharedCounters(line, mirror, clock), line, mirror, told)
    finally:
        await line.close()
