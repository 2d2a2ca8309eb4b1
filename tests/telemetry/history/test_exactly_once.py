"""Whatever order windows come in, however often, and whenever they are added up or dropped in between: every total is right."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from importlib.resources import files

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from meridian.core.clock import FakeClock
from meridian.store.database import Database
from meridian.store.migrations import OWN, migrate
from meridian.telemetry.cube import Cube
from meridian.telemetry.history.history import History
from meridian.telemetry.history.levels import PARTITION, WIDTHS, below, seconds
from meridian.telemetry.history.partitions import parts
from meridian.telemetry.history.rolling import forget, roll
from meridian.telemetry.history.settings import Retention
from meridian.telemetry.kinds import TRAFFIC

LABELS = ("EU", "europe-west1", "chat", "chat-service", "v1", "2xx")
RETENTION = Retention(ten_seconds="30m", one_minute="1d", five_minutes="3d")
DAY = 86_400


def window(n: int) -> dict[str, Cube]:
    """n requests of n milliseconds each."""
    cube = Cube(TRAFFIC)
    cell = cube.add(LABELS, n, 0, 0)
    assert cell.histogram is not None
    cell.histogram.add(n, n)
    return {"traffic": cube}


# What happens next: windows arrive that are this old, time goes on, windows are added up (all of them, or only so far),
# everything that is due is done, or the process is another one.
arrive = st.tuples(st.just("arrive"), st.lists(st.integers(0, 2 * DAY), min_size=1, max_size=4))
events = st.lists(
    st.one_of(
        arrive,
        arrive,
        st.tuples(st.just("wait"), st.sampled_from([7, 45, 400, 4000, DAY // 2])),
        st.tuples(st.just("roll"), st.sampled_from([0, 300, 7200])),
        st.tuples(st.just("clean"), st.just(0)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    min_size=3,
    max_size=14,
)


@pytest.fixture(scope="module")
def tables(shared_postgres: object) -> str:
    """The address of a database of this module's own, with history's tables."""
    url: str = shared_postgres.url  # type: ignore[attr-defined]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE exactly_once")
    own = url.replace("/postgres?", "/exactly_once?")
    asyncio.run(_migrate(own))
    return own


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrate(database, {**OWN, "telemetry": files("meridian.telemetry") / "migrations"})
    await database.close()


@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=events)
def test_in_any_order_with_anything_in_between(tables: str, events: list[tuple[str, object]]) -> None:
    asyncio.run(_play(tables, events))


async def _play(url: str, events: list[tuple[str, object]]) -> None:
    database, clock = Database(url), FakeClock()
    await _empty(database)
    history = History(database, clock)
    sent: Counter[int] = Counter()
    number = 0
    try:
        for what, how in events:
            now = clock.now()
            if what == "arrive":
                assert isinstance(how, list)
                starts = {below(seconds(now) - age, 10) for age in how}
                windows = {}
                for start in sorted(starts):
                    number += 1
                    windows[start] = window(number)
                    sent[start] += number
                async with database.connection() as connection:
                    await history.add(connection, "EU", "EU-1", windows, now)
            if what == "wait":
                assert isinstance(how, int)
                clock.advance(how)
            if what == "roll":
                assert isinstance(how, int)
                await roll(database, history.words, seconds(now) - how)
            if what == "clean":
                await history.cleanup(now, RETENTION)
            if what == "restart":
                history = History(database, clock)
            await _agrees(history, sent)
    finally:
        await database.close()


async def _agrees(history: History, sent: Counter[int]) -> None:
    now = seconds(history.clock.now())
    since, until = below(now - 2 * DAY, DAY) - DAY, now + 3600
    floors = await _floors(history.database)
    for step in (300, 3600):
        if floors[step] > since:
            continue
        answer = await history.cubes(TRAFFIC, moment(since), moment(until), step)
        expected: Counter[int] = Counter()
        for start, n in sent.items():
            if start >= since:
                expected[below(start, step)] += n
        cells = {start: cell for start, cube in answer for cell in cube.cells.values()}
        assert {start: cell.sums[0] for start, cell in cells.items()} == dict(expected), step
        histograms = {start: cell.histogram for start, cell in cells.items()}
        assert {start: each.total for start, each in histograms.items() if each} == dict(expected)


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


async def _floors(database: Database) -> dict[int, int]:
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT width, kept_from FROM telemetry_level")
        return {row["width"]: row["kept_from"] for row in await cursor.fetchall()}


async def _empty(database: Database) -> None:
    async with database.connection() as connection:
        names = [f"telemetry_{width}" for width in WIDTHS]
        await connection.execute(f"TRUNCATE {', '.join(names)}, telemetry_mark".encode())
        await connection.execute("UPDATE telemetry_level SET kept_from = 0")


async def test_what_a_finer_table_holds_is_added_up_before_it_is_dropped(history: History) -> None:
    now = seconds(history.clock.now())
    async with history.database.connection() as connection:
        await history.add(connection, "EU", "EU-1", {now - 5000: window(7)}, history.clock.now())
    end = below(now, PARTITION[10])
    gone = await forget(history.database, history.words, {10: end})
    assert (gone.dropped, gone.rolled) == (1, 1)
    async with history.database.connection() as connection:
        assert not [part for part in await parts(connection) if part.width == 10 and part.begin < end]
    [(start, cube)] = await history.cubes(TRAFFIC, moment(now - 7200), moment(now), 60)
    assert start == below(now - 5000, 60)
    assert cube.cells[("",) * 6].sums[0] == 7


async def test_many_edges_and_the_one_that_adds_up_at_the_same_time(history: History) -> None:
    """Marks and rows of transactions that overlap: none is lost."""
    dice, now = random.Random(4), seconds(history.clock.now())
    total: Counter[int] = Counter()

    async def edge(name: str) -> None:
        for _ in range(25):
            start, n = below(now - dice.randrange(900), 10), dice.randrange(1, 50)
            total[below(start, 300)] += n
            async with history.database.connection() as connection:
                await history.add(connection, "EU", name, {start: window(n)}, history.clock.now())
                await asyncio.sleep(0)

    async def rolling() -> None:
        for _ in range(30):
            await roll(history.database, history.words, now + 7200)
            await asyncio.sleep(0)

    await asyncio.gather(*(edge(f"EU-{n}") for n in range(4)), rolling())
    for _ in range(2):
        answer = await history.cubes(TRAFFIC, moment(now - 7200), moment(now + 1), 300)
        assert {start: cube.cells[("",) * 6].sums[0] for start, cube in answer} == dict(total)
        await roll(history.database, history.words, now + 7200)


async def test_a_transaction_that_is_taken_back_leaves_nothing(history: History) -> None:
    now = history.clock.now()
    connection = await history.database.dedicated()
    async with connection.transaction(force_rollback=True):
        await history.add(connection, "EU", "EU-1", {seconds(now): window(3)}, now)
    await connection.close()
    assert not await history.cubes(TRAFFIC, now, moment(seconds(now) + 10), 10)
    assert await roll(history.database, history.words, seconds(now) + 7200) == 0
