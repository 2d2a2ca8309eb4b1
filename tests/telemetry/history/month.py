"""Thirty days of history as they stand in PostgreSQL, from a few windows told again and again, and what panels ask of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from meridian.store.database import Connection
from meridian.telemetry.cube import Cube, Where
from meridian.telemetry.history.history import History
from meridian.telemetry.history.levels import WIDTHS, below, coarser, seconds
from meridian.telemetry.history.rolling import kept
from meridian.telemetry.history.rows import Row, insert, mark
from meridian.telemetry.history.settings import Retention
from meridian.telemetry.history.table import cubes, from_cube
from meridian.telemetry.history.views import ANSWERED
from meridian.telemetry.kinds import ACTION, EDGE, GAUGE, MARKET, PEOPLE, TRAFFIC, Kind
from meridian.telemetry.metrics.histograms import measured
from meridian.telemetry.metrics.measures import Percentile

DAY = timedelta(days=1)
RANGES = {"1h": timedelta(hours=1), "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY}
SAMPLES = 12
"""Different windows of each width."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What one panel needs of history."""

    name: str
    kind: Kind
    by: tuple[str, ...] = ()
    where: Where = field(default_factory=dict)
    sketches: bool = False


ASKS = (
    Ask("latency", TRAFFIC, ("region",), {"status": ANSWERED}, sketches=True),
    Ask("throughput", TRAFFIC, ("region", "location")),
    Ask("errors", TRAFFIC, ("region", "status")),
    Ask("ai", TRAFFIC, ("service",), {"feature": ["ai-chat"], "status": ANSWERED}, sketches=True),
    Ask("feed", TRAFFIC, (), {"feature": ["feed"], "status": ANSWERED}, sketches=True),
    Ask(
        "countries",
        MARKET,
        ("country",),
        {"country": ["E00", "E01", "E02", "U00", "U01", "A00", "A01", "A02"]},
    ),
    Ask("markets", MARKET, ("region", "outcome")),
    Ask("limits", ACTION, ("action", "limit")),
    Ask("users", PEOPLE, ("region",), {"who": ["users"]}, sketches=True),
    Ask("edges", EDGE, ("edge",), {"name": ["number-3"]}),
    Ask("gauges", GAUGE, ("region",), {"name": ["gauge-3"]}),
)


async def load(
    history: History,
    samples: Mapping[int, Sequence[Mapping[str, Cube]]],
    retention: Retention,
    every: Mapping[int, int] | None = None,
) -> dict[int, list[int]]:
    """Puts the last hours in as windows of 10 s, the days before as those of 1 min and then of 5 min, each until where the
    finer ones begin, and has the rest added up. every: width -> only each n-th window of it. Returns width -> which
    windows there are; the n-th is the sample n modulo their number."""
    now = seconds(history.clock.now())
    await history.cleanup(history.clock.now(), retention)
    ids = await history.words.ids(
        {
            word
            for each in samples.values()
            for sample in each
            for cube in sample.values()
            for key in cube.cells
            for word in key
        }
    )
    made: dict[int, list[int]] = {}
    until = now
    for width in WIDTHS[:3]:
        # Whole windows of the next width are made of these; what is before is put in as such.
        since = below(int(now - retention.kept(width)), coarser(width) or width)
        starts = list(range(since, until, width * (every or {}).get(width, 1)))
        rows = [
            [row for cube in sample.values() for row in kept(from_cube(0, cube, ids), width, 0, ids)]
            for sample in samples[width]
        ]
        for first in range(0, len(starts), 500):
            async with history.database.connection() as connection:
                await _put(connection, width, starts[first : first + 500], first, rows)
        made[width], until = starts, since
    await history.cleanup(history.clock.now() + timedelta(hours=1), retention)
    return made


async def _put(
    connection: Connection, width: int, starts: Sequence[int], first: int, rows: Sequence[Sequence[Row]]
) -> None:
    placed = [
        replace(row, start=start)
        for number, start in enumerate(starts, first)
        for row in rows[number % len(rows)]
    ]
    await insert(connection, width, placed)
    above = coarser(width)
    assert above is not None
    await mark(connection, above, {below(start, above) for start in starts})


async def size(history: History) -> int:
    """Bytes of all of history's tables, indexes included."""
    async with history.database.connection() as connection:
        cursor = await connection.execute(
            "SELECT sum(pg_total_relation_size(oid))::bigint AS bytes FROM pg_class "
            "WHERE relname LIKE 'telemetry\\_%' AND relkind = 'r'"
        )
        row = await cursor.fetchone()
        assert row is not None
        return int(row["bytes"])


async def ask(history: History, ask: Ask, range: timedelta, now: datetime) -> int:
    """As `metrics.reading` asks it; returns how many steps and groups have a value."""
    step = await history.step(now - range, now)
    table = await history.rows(
        ask.kind, now - range, now, step, by=ask.by, where=ask.where, sketches=ask.sketches
    )
    if ask.kind.sketch == "histogram" and ask.sketches:
        found = measured(Percentile(0.95), table, ask.by, history.words.word)
        return sum(map(len, found.values()))
    return sum(len(cube.cells) for cube in cubes(table, history.words.word).values())
