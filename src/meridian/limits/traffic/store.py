"""The recorded hour in PostgreSQL. Methods raise Unavailable while it is away.

What is older than an hour is never read, and deleted with the next record or reading.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meridian.feature import Delivery, Record
    from meridian.store.database import Connection, Database

HOUR = timedelta(hours=1)
MARGIN = timedelta(minutes=5)
"""Records of an edge that is a little behind still meet those of the others."""
_COLUMNS = ("counts", "shadow", "top", "exact")

Row = dict[str, Any]


async def store(delivery: Delivery, now: datetime) -> None:
    """Raises ValueError for a record that is none."""
    rows = [_row(delivery, record) for record in delivery.records]
    async with delivery.connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO limit_traffic (id, region, instance, first, last, counts, shadow, top, exact, sample) "
            "VALUES (%s, %s, %s, to_timestamp(%s), to_timestamp(%s), %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
            rows,
        )
    await _forget(delivery.connection, now)


def _row(delivery: Delivery, record: Record) -> tuple[Any, ...]:
    content = record.content
    if not isinstance(content, dict) or content.get("kind") not in ("traffic", "admission"):
        raise ValueError("it is neither of traffic nor of admission")
    first, last = content.get("first"), content.get("last")
    if not all(isinstance(each, int) and 0 <= each < 4_102_444_800 for each in (first, last)):
        raise ValueError("it does not say of which windows it is")
    tables = [content.get(name, []) for name in _COLUMNS]
    if not all(isinstance(table, list) for table in tables):
        raise ValueError("one of its tables is none")
    sample = content.get("sample") or None
    return (
        record.id,
        delivery.region,
        delivery.instance,
        first,
        last,
        *(_text(table) for table in tables),
        None if sample is None else _text(sample),
    )


@dataclass(frozen=True, slots=True)
class Traffic:
    database: Database

    async def counts(self, since: datetime) -> list[Row]:
        """feature, action, country, tier, risk, refused_by, signed_in, region, n: exact."""
        return await self._read(
            "SELECT region, e->>1 AS feature, e->>2 AS action, e->>3 AS country, e->>4 AS tier, e->>5 AS risk, "
            "e->>6 AS refused_by, (e->>7)::boolean AS signed_in, sum((e->>8)::bigint)::bigint AS n "
            "FROM limit_traffic, jsonb_array_elements(counts) e "
            "WHERE last >= %(since)s AND to_timestamp((e->>0)::bigint) >= %(since)s "
            "GROUP BY 1, 2, 3, 4, 5, 6, 7, 8",
            since,
        )

    async def shadow(self, since: datetime) -> list[Row]:
        """policy, country, tier, refused (whether it would have), n."""
        return await self._read(
            "SELECT e->>0 AS policy, e->>1 AS country, e->>2 AS tier, (e->>3)::boolean AS refused, "
            "sum((e->>4)::bigint)::bigint AS n FROM limit_traffic, jsonb_array_elements(shadow) e "
            "WHERE last >= %(since)s GROUP BY 1, 2, 3, 4",
            since,
        )

    async def top(self, since: datetime, limit: str, most: int) -> list[Row]:
        """policy, who, n (at least), more (how many there may be beyond that): for each limit, or the one that is
        named, those who were refused most."""
        return await self._read(
            "SELECT policy, who, n, more FROM (SELECT *, row_number() OVER (PARTITION BY policy ORDER BY n DESC, who) AS place "
            "FROM (SELECT e->>0 AS policy, e->>1 AS who, sum((e->>2)::bigint)::bigint AS n, "
            "sum((e->>3)::bigint)::bigint AS more FROM limit_traffic, jsonb_array_elements(top) e "
            "WHERE last >= %(since)s AND (%(limit)s = '' OR e->>0 = %(limit)s) GROUP BY 1, 2) each) ranked "
            "WHERE place <= %(most)s ORDER BY policy, place",
            since,
            limit=limit,
            most=most,
        )

    async def exact(self, since: datetime) -> list[Row]:
        """policy, admitted, refused, failed_open, failed_closed."""
        return await self._read(
            "SELECT e->>1 AS policy, sum((e->>2)::bigint)::bigint AS admitted, sum((e->>3)::bigint)::bigint AS refused, "
            "sum((e->>4)::bigint)::bigint AS failed_open, sum((e->>5)::bigint)::bigint AS failed_closed "
            "FROM limit_traffic, jsonb_array_elements(exact) e WHERE last >= %(since)s GROUP BY 1",
            since,
        )

    async def samples(self, since: datetime) -> list[tuple[str, Any]]:
        """Region and sample, as the edge made it, in the order of time."""
        rows = await self._read(
            "SELECT region, sample FROM limit_traffic WHERE last >= %(since)s AND sample IS NOT NULL ORDER BY first, id",
            since,
        )
        return [(row["region"], row["sample"]) for row in rows]

    async def forget(self, now: datetime) -> None:
        async with self.database.connection() as connection:
            await _forget(connection, now)

    async def _read(self, query: str, since: datetime, **parameters: Any) -> list[Row]:
        async with self.database.connection() as connection:
            cursor = await connection.execute(query.encode(), {"since": since, **parameters})
            return await cursor.fetchall()


async def _forget(connection: Connection, now: datetime) -> None:
    await connection.execute("DELETE FROM limit_traffic WHERE last < %s", (now - HOUR - MARGIN,))


def _text(value: Any) -> str:
    """PostgreSQL takes no zero character in JSON."""
    return json.dumps(value).replace("\\u0000", "\\ufffd")
