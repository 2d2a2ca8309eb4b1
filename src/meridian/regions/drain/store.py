"""Drains in PostgreSQL. Methods raise Unavailable when it is away; edges then keep the share they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from meridian.regions.drain.judge import Drain

if TYPE_CHECKING:
    from meridian.store.database import Database


@dataclass(frozen=True, slots=True)
class Drains:
    database: Database

    async def all(self) -> tuple[Drain, ...]:
        """Those under way and those that are through and stand, by location."""
        async with self.database.connection() as connection:
            cursor = await connection.execute("SELECT * FROM drain ORDER BY location")
            return tuple(_drain(row) for row in await cursor.fetchall())

    async def put(self, drains: Sequence[Drain]) -> None:
        """All of them or none."""
        async with self.database.connection() as connection, connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO drain (location, from_share, to_share, started_at, over_seconds, reason, author, told) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (location) DO UPDATE SET "
                "from_share = excluded.from_share, to_share = excluded.to_share, started_at = excluded.started_at, "
                "over_seconds = excluded.over_seconds, reason = excluded.reason, author = excluded.author, "
                "told = excluded.told",
                [
                    (d.location, d.from_share, d.to_share, d.started_at, d.over, d.reason, d.author, d.told)
                    for d in drains
                ],
            )

    async def told(self, drain: Drain, quarter: int) -> None:
        """The journal knows of this quarter of this drain (not of a later one of the same location)."""
        async with self.database.connection() as connection:
            await connection.execute(
                "UPDATE drain SET told = %s WHERE location = %s AND started_at = %s",
                (quarter, drain.location, drain.started_at),
            )

    async def remove(self, drain: Drain) -> None:
        async with self.database.connection() as connection:
            await connection.execute(
                "DELETE FROM drain WHERE location = %s AND started_at = %s",
                (drain.location, drain.started_at),
            )


def _drain(row: Mapping[str, Any]) -> Drain:
    return Drain(
        row["location"],
        row["from_share"],
        row["to_share"],
        row["started_at"],
        row["over_seconds"],
        row["reason"],
        row["author"],
        row["told"],
    )
