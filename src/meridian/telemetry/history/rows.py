"""Rows of history's tables: written as blocks, read in binary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql
from psycopg.rows import tuple_row

from meridian.telemetry.history.partitions import ensure, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from meridian.store.database import Connection

Block = tuple[int, bytes, bytes | None]
"""start, cells, and sketches unless they were not asked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """source: who sent it; None: added up from finer rows. part: of a view (`views.View.part`)."""

    start: int
    kind: str
    view: int
    source: str | None
    cells: bytes
    sketches: bytes
    part: int = 0


async def insert(connection: Connection, width: int, rows: Sequence[Row]) -> None:
    await ensure(connection, width, {row.start for row in rows})
    statement = sql.SQL(
        "INSERT INTO {} (start, kind, view, source, cells, sketches, part) SELECT * FROM "
        "unnest(%b::bigint[], %b::text[], %b::smallint[], %b::text[], %b::bytea[], %b::bytea[], %b::integer[])"
    ).format(table(width))
    columns = (
        [row.start for row in rows],
        [row.kind for row in rows],
        [row.view for row in rows],
        [row.source for row in rows],
        [row.cells for row in rows],
        [row.sketches for row in rows],
        [row.part for row in rows],
    )
    await connection.execute(statement, columns)


async def mark(connection: Connection, width: int, starts: Iterable[int]) -> None:
    """These windows have to be added up from the next finer width."""
    await connection.execute(
        "INSERT INTO telemetry_mark (width, start) SELECT %s, unnest(%s::bigint[])",
        (width, sorted(set(starts))),
    )


async def within(
    connection: Connection, width: int, since: int, until: int, kinds: Sequence[str]
) -> dict[str, list[Block]]:
    """Kind -> every row with all labels that begins in this time."""
    statement = sql.SQL(
        "SELECT kind, start, cells, sketches FROM {} "
        "WHERE kind = ANY(%s) AND start >= %s AND start < %s AND view = 0"
    ).format(table(width))
    found: dict[str, list[Block]] = {}
    async with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        await cursor.execute(statement, (list(kinds), since, until))
        for kind, start, cells, sketches in await cursor.fetchall():
            found.setdefault(kind, []).append((start, cells, sketches))
    return found


async def select(
    connection: Connection,
    width: int,
    span: tuple[int, int],
    kind: str,
    view: int,
    parts: Sequence[int] | None,
    stale: Sequence[int],
    sketches: bool,
) -> list[Block]:
    """As `view`, of which these parts (None: all), what arrived in this width in this time, and what was added up into it, but
    for `stale` windows, whose sums are out of date."""
    statement = sql.SQL(
        "SELECT start, cells, {sketches} FROM {table} WHERE kind = %s AND start >= %s AND start < %s AND view = %s {part} "
        "AND (source IS NOT NULL OR NOT start = ANY(%s::bigint[])) ORDER BY start"
    ).format(
        sketches=sql.SQL("sketches" if sketches else "NULL::bytea"),
        table=table(width),
        part=sql.SQL("" if parts is None else "AND part = ANY(%s::integer[])"),
    )
    wanted = (view, list(stale)) if parts is None else (view, list(parts), list(stale))
    async with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        await cursor.execute(statement, (kind, *span, *wanted))
        return await cursor.fetchall()
