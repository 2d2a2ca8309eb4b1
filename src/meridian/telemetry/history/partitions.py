"""The partitions of history's tables, each named after its table and when it begins.

One is made by whoever needs it first, in the same transaction; attaching it disturbs neither readers nor writers. Dropping
one takes `alone`, which waits for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from meridian.telemetry.history.levels import PARTITION, WIDTHS, Floor, below

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meridian.store.database import Connection

_MAKING = 0x6D657431
_ROLLING = 0x6D657432
_PATIENCE = "2s"


@dataclass(frozen=True, slots=True)
class Part:
    """A partition. begin: seconds since 1970. size: bytes on disk, indexes included."""

    width: int
    begin: int
    size: int

    @property
    def end(self) -> int:
        return self.begin + PARTITION[self.width]


def table(width: int) -> sql.Identifier:
    return sql.Identifier(f"telemetry_{width}")


def _name(width: int, begin: int) -> str:
    return f"telemetry_{width}_{begin}"


async def shared(connection: Connection) -> list[Floor]:
    """Until the transaction ends, no partition is dropped and no floor moves. Returns the floors."""
    # Before the first query, as in a transaction that must see one moment, the first query decides which.
    await connection.execute("LOCK TABLE telemetry_level IN ROW SHARE MODE")
    return await _floors(connection)


async def alone(connection: Connection) -> list[Floor]:
    """Until the transaction ends, nobody else reads or writes history. Raises psycopg's LockNotAvailable after 2 s."""
    await connection.execute("SELECT set_config('lock_timeout', %s, true)", (_PATIENCE,))
    await connection.execute("LOCK TABLE telemetry_level IN EXCLUSIVE MODE")
    return await _floors(connection)


async def rolling(connection: Connection) -> bool:
    """Whether this transaction is the one that adds up; two would do each other's work again."""
    cursor = await connection.execute("SELECT pg_try_advisory_xact_lock(%s) AS mine", (_ROLLING,))
    row = await cursor.fetchone()
    return bool(row and row["mine"])


async def ensure(connection: Connection, width: int, starts: Iterable[int]) -> None:
    """Makes the partitions that windows of these times need."""
    begins = {_name(width, begin): begin for begin in {below(start, PARTITION[width]) for start in starts}}
    if not await _missing(connection, width, list(begins)):
        return
    await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKING,))
    for name in await _missing(connection, width, list(begins)):
        begin, parent = begins[name], table(width)
        made = sql.Identifier(name)
        await connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(made, parent))
        bounds = sql.SQL("FROM ({}) TO ({})").format(begin, begin + PARTITION[width])
        await connection.execute(
            sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES {}").format(parent, made, bounds)
        )


async def parts(connection: Connection) -> list[Part]:
    """All there are, the oldest first."""
    cursor = await connection.execute(
        "SELECT relname, pg_total_relation_size(c.oid) AS size FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid "
        "WHERE c.relkind = 'r' AND inhparent = ANY(%s::text[]::regclass[])",
        ([f"telemetry_{width}" for width in WIDTHS],),
    )
    found = []
    for row in await cursor.fetchall():
        _, width, begin = row["relname"].split("_")
        found.append(Part(int(width), int(begin), row["size"]))
    return sorted(found, key=lambda part: (part.begin, part.width))


async def drop(connection: Connection, width: int, kept_from: int) -> list[Part]:
    """Drops the table's partitions before `kept_from`, and remembers it. The caller is `alone`."""
    gone = [part for part in await parts(connection) if part.width == width and part.end <= kept_from]
    for part in gone:
        name = sql.Identifier(_name(width, part.begin))
        await connection.execute(sql.SQL("DROP TABLE {}").format(name))
    await connection.execute(
        "UPDATE telemetry_level SET kept_from = greatest(kept_from, %s) WHERE width = %s", (kept_from, width)
    )
    return gone


async def _missing(connection: Connection, width: int, names: list[str]) -> list[str]:
    # From the tables: to_regclass may still answer from a cache of before the lock.
    cursor = await connection.execute(
        "SELECT each FROM unnest(%s::text[]) each WHERE NOT EXISTS (SELECT FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid "
        "WHERE inhparent = %s::text::regclass AND relname = each) ORDER BY each",
        (names, f"telemetry_{width}"),
    )
    return [row["each"] for row in await cursor.fetchall()]


async def _floors(connection: Connection) -> list[Floor]:
    cursor = await connection.execute(
        "SELECT width, kept_from, viewed_from FROM telemetry_level ORDER BY width"
    )
    return [Floor(row["width"], row["kept_from"], row["viewed_from"]) for row in await cursor.fetchall()]
