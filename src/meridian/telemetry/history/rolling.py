"""Adds finer windows up into coarser ones, and drops what is no longer kept.

A coarser window is always made anew from everything that is there of it, and the marks that asked for it go in the same
transaction. So it may be interrupted or repeated anywhere. Nothing is dropped before what it holds has been added up.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql
from psycopg.errors import LockNotAvailable

from meridian.telemetry.history.levels import PARTITION, WIDTHS, below, coarser, finer, seconds
from meridian.telemetry.history.merging import merged
from meridian.telemetry.history.partitions import alone, drop, ensure, rolling, shared, table
from meridian.telemetry.history.rows import Row, insert, mark, within
from meridian.telemetry.history.table import decode, encode
from meridian.telemetry.history.views import VIEWED, places, views
from meridian.telemetry.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from meridian.store.database import Connection, Database
    from meridian.telemetry.history.rows import Block
    from meridian.telemetry.history.settings import Retention

GRACE = 20
"""Seconds after a window's end in which edges' records of it come in, so that it is added up once."""
_AT_ONCE = 20
"""Windows in a transaction."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """rolled: windows that were added up. dropped: partitions that went, and freed: their bytes."""

    rolled: int = 0
    dropped: int = 0
    freed: int = 0


async def clean(database: Database, retention: Retention, now: datetime) -> Cleaned:
    """Everything that is due. Raises Unavailable."""
    rolled = await roll(database, seconds(now) - GRACE)
    ends = {width: below(int(seconds(now) - retention.kept(width)), PARTITION[width]) for width in WIDTHS}
    gone = await forget(database, ends)
    await prepare(database, now)
    return Cleaned(rolled, gone.dropped, gone.freed)


async def roll(database: Database, until: int) -> int:
    """Adds up the marked windows that ended by `until`; returns how many."""
    done = 0
    for width in WIDTHS[1:]:
        while True:
            async with database.connection() as connection:
                if not await rolling(connection):
                    return done
                await shared(connection)
                many = await _roll_marked(connection, width, until - width)
            if not many:
                break
            done += many
    return done


async def forget(database: Database, ends: Mapping[int, int]) -> Cleaned:
    """Drops the partitions of these widths, and of finer ones, before their ends; what they hold and is not in the
    coarser windows yet is added up before. When history is busy, it is left for the next time."""
    ends = _ordered(ends)
    try:
        async with database.connection() as connection:
            floors = {floor.width: floor.kept_from for floor in await shared(connection)}
        if all(floors[width] >= end for width, end in ends.items()):
            return Cleaned()
        async with database.connection() as connection:
            if not await rolling(connection):
                return Cleaned()
            await alone(connection)
            return await _forget(connection, ends)
    except LockNotAvailable:
        return Cleaned()


async def prepare(database: Database, now: datetime) -> None:
    """Makes this and the next partition of each width, so that nobody has to wait for one."""
    async with database.connection() as connection:
        for width in WIDTHS:
            await ensure(connection, width, (seconds(now), seconds(now) + PARTITION[width]))


def _ordered(ends: Mapping[int, int]) -> dict[int, int]:
    """For every width, no finer one kept longer than a coarser one."""
    found, latest = dict[int, int](), 0
    for width in reversed(WIDTHS):
        found[width] = latest = max(latest, ends.get(width, 0))
    return found


async def _forget(connection: Connection, ends: Mapping[int, int]) -> Cleaned:
    rolled = dropped = freed = 0
    for width in WIDTHS:
        above = coarser(width)
        while above is not None and (many := await _roll_marked(connection, above, ends[width] - 1)):
            rolled += many
        gone = await drop(connection, width, ends[width])
        dropped, freed = dropped + len(gone), freed + sum(part.size for part in gone)
    return Cleaned(rolled, dropped, freed)


async def _roll_marked(connection: Connection, width: int, latest: int) -> int:
    """The marked windows of this width that began by `latest`, the oldest first, so many at once; returns how many."""
    cursor = await connection.execute(
        "SELECT DISTINCT start FROM telemetry_mark WHERE width = %s AND start <= %s ORDER BY start LIMIT %s",
        (width, latest, _AT_ONCE),
    )
    starts = [row["start"] for row in await cursor.fetchall()]
    if not starts:
        return 0
    # Marks that are visible here were committed with their rows, so the rows are visible below.
    await connection.execute(
        "DELETE FROM telemetry_mark WHERE width = %s AND start = ANY(%s)", (width, starts)
    )
    await connection.execute(
        sql.SQL("DELETE FROM {} WHERE kind = ANY(%s) AND start = ANY(%s) AND source IS NULL").format(
            table(width)
        ),
        (list(KINDS), starts),
    )
    for start in starts:
        blocks = await within(connection, finer(width), start, start + width, list(KINDS))
        rows = await asyncio.to_thread(_added_up, width, start, blocks)
        await insert(connection, width, rows)
    if (above := coarser(width)) is not None:
        await mark(connection, above, {below(start, above) for start in starts})
    return len(starts)


def _added_up(width: int, start: int, blocks: Mapping[str, Sequence[Block]]) -> list[Row]:
    rows = []
    for name, each in blocks.items():
        kind = KINDS[name]
        whole = merged(decode(kind, each), width)
        rows.append(Row(start, name, 0, None, *encode(whole)))
        for view in range(1, len(views(kind)) + 1) if width in VIEWED else ():
            rows.append(Row(start, name, view, None, *encode(merged(whole, width, places(kind, view)))))
    return rows
