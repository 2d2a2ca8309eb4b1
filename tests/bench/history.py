"""What 30 days of history cost: the disk they take, how soon a panel has its numbers, and what bringing them up takes."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from meridian.core.clock import FakeClock
from meridian.store.database import Database
from meridian.store.migrations import OWN, migrate
from meridian.telemetry.history.history import History
from meridian.telemetry.history.settings import Retention
from tests.bench.row import Row
from tests.support.postgres import running
from tests.telemetry.history.busy import RATE, Busy
from tests.telemetry.history.month import ASKS, RANGES, SAMPLES, ask, load, size

RUNS = 5


def measure(folder: Path) -> Iterator[Row]:
    """Each row as soon as it is there: an interrupted run still says something."""
    with running(folder / "home", {}) as server, asyncio.Runner() as runner:
        rows = _measured(server.url)
        while (row := runner.run(anext(rows, None))) is not None:
            yield row


async def _measured(url: str) -> AsyncIterator[Row]:
    database = Database(url)
    await migrate(database, {**OWN, "telemetry": files("meridian.telemetry") / "migrations"})
    history, retention = History(database, FakeClock()), Retention()
    busy = Busy()
    samples = {width: [busy.window(width) for _ in range(SAMPLES)] for width in (10, 60, 300)}
    began = time.monotonic()
    made = await load(history, samples, retention)
    took = time.monotonic() - began
    windows = sum(map(len, made.values()))
    note = f"{windows:,} windows of {RATE:,.0f} requests/s, of which the coarser ones are added up"
    yield Row("loading 30 days of history", took, 240, "s", note)
    disk = await size(history) / 1e9
    yield Row("30 days of history on disk", disk, 2, "GB", f"at {RATE:,.0f} requests/s all the time")
    for name in RANGES:
        times = {each.name: await _time(history, each.name, name) for each in ASKS}
        slowest = max(times, key=lambda each: times[each].wall)
        others = ", ".join(f"{each} {took.wall:.0f} (CPU {took.cpu:.0f})" for each, took in times.items())
        how = f"{slowest}; median of {RUNS}, nothing remembered in between: {others}"
        yield Row(f"slowest panel over {name}", times[slowest].wall, 200, "ms", how)
    yield await _adding(history, busy)
    await database.close()


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds. cpu: of this process, the least: what is left when nobody else needs the machine."""

    wall: float
    cpu: float


async def _time(history: History, panel: str, span: str) -> Took:
    [asked] = [each for each in ASKS if each.name == panel]
    wall, cpu = [], []
    for _ in range(RUNS):
        began, used = time.perf_counter(), time.process_time()
        assert await ask(history, asked, RANGES[span], history.clock.now())
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return Took(statistics.median(wall), min(cpu))


async def _adding(history: History, busy: Busy) -> Row:
    """What ten seconds of one edge take."""
    now = history.clock.now()
    windows = [{int(now.timestamp()) + 10 * n: busy.window(10, ["EU"])} for n in range(30)]
    times = []
    for each in windows:
        began = time.perf_counter()
        async with history.database.connection() as connection:
            await history.add(connection, "EU", "EU-1", each, now)
        times.append((time.perf_counter() - began) * 1000)
    return Row(
        "storing 10 s of an edge", statistics.median(times), 100, "ms", f"at {0.45 * RATE:,.0f} requests/s"
    )
