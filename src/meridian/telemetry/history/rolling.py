"""Adds finer windows up into coarser ones, and drops what is no longer kept.

A coarser window is always made anew from everything that is there of it, and the marks that asked for it go in the same
transaction. So it may be interrupted or repeated anywhere. Nothing is dropped before what it holds has been added up.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from psycopg import sql
from psycopg.errors import LockNotAvailable

from meridian.telemetry.history.levels import PARTITION, WIDTHS, below, coarser, finer, seconds
from meridian.telemetry.history.merging import merged
from meridian.telemetry.history.partitions import alone, drop, ensure, rolling, shared, table
from meridian.telemetry.history.rows import Row, insert, mark, within
from meridian.telemetry.history.table import decode, encode
from meridian.telemetry.history.views import ANSWERED, VIEWED, View, views
from meridian.telemetry.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from meridian.store.database import Connection, Database
    from meridian.telemetry.history.rows import Block
    from meridian.telemetry.history.settings import Retention
    from meridian.telemetry.history.table import Table
    from meridian.telemetry.history.words import Words

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


async def clean(database: Database, words: Words, retention: Retention, now: datetime) -> Cleaned:
    """Everything that is due. Raises Unavailable."""
    rolled = await roll(database, words, seconds(now) - GRACE)
    ends = {width: below(int(seconds(now) - retention.kept(width)), PARTITION[width]) for width in WIDTHS}
    gone = await forget(database, words, ends)
    await prepare(database, now)
    return Cleaned(rolled, gone.dropped, gone.freed)


async def roll(database: Database, words: Words, until: int) -> int:
    """Adds up the marked windows that ended by `until`; returns how many."""
    done, numbers = 0, await words.ids(ANSWERED)
    for width in WIDTHS[1:]:
        while True:
            async with database.connection() as connection:
                if not await rolling(connection):
                    return done
                await shared(connection)
                many = await _roll_marked(connection, numbers, width, until - width)
            if not many:
                break
            done += many
    return done


async def forget(database: Database, words: Words, ends: Mapping[int, int]) -> Cleaned:
    """Drops the partitions of these widths, and of finer ones, before their ends; what they hold and is not in the
    coarser windows yet is added up before. When history is busy, it is left for the next time."""
    ends, numbers = _ordered(ends), await words.ids(ANSWERED)
    try:
        async with database.connection() as connection:
            floors = {floor.width: floor.kept_from for floor in await shared(connection)}
        if all(floors[width] >= end for width, end in ends.items()):
            return Cleaned()
        async with database.connection() as connection:
            if not await rolling(connection):
                return Cleaned()
            await alone(connection)
            return await _forget(connection, numbers, ends)
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


async def _forget(connection: Connection, numbers: Mapping[str, int], ends: Mapping[int, int]) -> Cleaned:
    rolled = dropped = freed = 0
    for width in WIDTHS:
        above = coarser(width)
        while above is not None and (many := await _roll_marked(connection, numbers, above, ends[width] - 1)):
            rolled += many
        gone = await drop(connection, width, ends[width])
        dropped, freed = dropped + len(gone), freed + sum(part.size for part in gone)
    return Cleaned(rolled, dropped, freed)


async def _roll_marked(connection: Connection, numbers: Mapping[str, int], width: int, latest: int) -> int:
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
        rows = await asyncio.to_thread(_added_up, width, start, blocks, numbers)
        await insert(connection, width, rows)
    if (above := coarser(width)) is not None:
        await mark(connection, above, {below(start, above) for start in starts})
    return len(starts)


def _added_up(
    width: int, start: int, blocks: Mapping[str, Sequence[Block]], numbers: Mapping[str, int]
) -> list[Row]:
    return [
        row
        for name, each in blocks.items()
        for row in kept(merged(decode(KINDS[name], each), width), width, start, numbers)
    ]


def kept(
    whole: Table, width: int, start: int, numbers: Mapping[str, int], source: str | None = None
) -> list[Row]:
    """A window as it is kept: in full, and as its views. numbers: word -> its number. source: who sent it; None: it was
    added up."""
    kind = whole.kind
    rows = [Row(start, kind.name, 0, source, *encode(whole))]
    for number, view in enumerate(views(kind) if width in VIEWED else (), 1):
        seen = merged(_seen(whole, view, numbers), width, view.keeps(kind))
        rows += [
            Row(start, kind.name, number, source, *encode(each), part) for part, each in _parted(seen, view)
        ]
    return rows


def _seen(whole: Table, view: View, numbers: Mapping[str, int]) -> Table:
    wanted = np.ones(len(whole), np.bool_)
    for label, values in view.only.items():
        wanted &= np.isin(whole.labels[whole.kind.place(label)], [numbers[value] for value in values])
    return (whole if view.sketches else whole.plain()).only(wanted)


def _parted(seen: Table, view: View) -> Iterator[tuple[int, Table]]:
    """Each part with its number."""
    if not view.part:
        yield 0, seen
        return
    values = seen.labels[seen.kind.place(view.part)]
    for value in np.unique(values).tolist():
        yield value, seen.only(values == value)
