"""Where users belong, in PostgreSQL: stored homes, and operators' overrides. Methods raise Unavailable when it is away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meridian.store.database import Database

FIRST_CONTACT = "first contact"
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Home:
    """source: "first contact" or "operator". decided_by: the rule that decided, or who."""

    user: str
    region: str
    source: str
    decided_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """expires_at: None where it holds until it is cleared."""

    user: str
    region: str
    reason: str
    author: str
    created_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Homes:
    database: Database

    async def get(self, user: str) -> Home | None:
        async with self.database.connection() as connection:
            cursor = await connection.execute("SELECT * FROM home_assignment WHERE user_id = %s", (user,))
            row = await cursor.fetchone()
        return _home(row) if row else None

    async def first(self, home: Home, regions: Collection[str]) -> Home:
        """Stores a home for a user who has none in one of `regions`, and returns the one that is stored now."""
        async with self.database.connection() as connection:
            await connection.execute(
                "INSERT INTO home_assignment (user_id, region, source, decided_by, created_at) "
                "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (user_id) DO UPDATE SET region = excluded.region, "
                "source = excluded.source, decided_by = excluded.decided_by, created_at = excluded.created_at "
                "WHERE NOT home_assignment.region = ANY(%s)",
                (home.user, home.region, home.source, home.decided_by, home.created_at, list(regions)),
            )
            cursor = await connection.execute(
                "SELECT * FROM home_assignment WHERE user_id = %s", (home.user,)
            )
            row = await cursor.fetchone()
        return _home(row) if row else home

    async def assign(self, home: Home) -> None:
        async with self.database.connection() as connection:
            await connection.execute(
                "INSERT INTO home_assignment (user_id, region, source, decided_by, created_at) "
                "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (user_id) DO UPDATE SET region = excluded.region, "
                "source = excluded.source, decided_by = excluded.decided_by, created_at = excluded.created_at",
                (home.user, home.region, home.source, home.decided_by, home.created_at),
            )

    async def forget(self, user: str) -> None:
        async with self.database.connection() as connection:
            await connection.execute("DELETE FROM home_assignment WHERE user_id = %s", (user,))


@dataclass(frozen=True, slots=True)
class Overrides:
    database: Database

    async def get(self, user: str, now: datetime) -> Override | None:
        """The one that is in force."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM region_override WHERE user_id = %s AND (expires_at IS NULL OR expires_at > %s)",
                (user, now),
            )
            row = await cursor.fetchone()
        return _override(row) if row else None

    async def in_force(self, now: datetime) -> Mapping[str, Override]:
        """User -> override, by user."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM region_override WHERE expires_at IS NULL OR expires_at > %s ORDER BY user_id",
                (now,),
            )
            rows = await cursor.fetchall()
        return {row["user_id"]: _override(row) for row in rows}

    async def regions(self, now: datetime) -> Mapping[str, str]:
        """User -> region, of those in force: all that edges need, and quick to read also when there are many."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT user_id, region FROM region_override WHERE expires_at IS NULL OR expires_at > %s ORDER BY user_id",
                (now,),
            )
            return {row["user_id"]: row["region"] for row in await cursor.fetchall()}

    async def expired(self, now: datetime) -> tuple[Override, ...]:
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM region_override WHERE expires_at <= %s ORDER BY user_id", (now,)
            )
            return tuple(_override(row) for row in await cursor.fetchall())

    async def put(self, override: Override) -> None:
        async with self.database.connection() as connection:
            await connection.execute(
                "INSERT INTO region_override (user_id, region, reason, author, created_at, expires_at) "
                "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (user_id) DO UPDATE SET region = excluded.region, "
                "reason = excluded.reason, author = excluded.author, created_at = excluded.created_at, "
                "expires_at = excluded.expires_at",
                (
                    override.user,
                    override.region,
                    override.reason,
                    override.author,
                    override.created_at,
                    override.expires_at,
                ),
            )

    async def clear(self, user: str, expired_by: datetime | None = None) -> None:
        """expired_by: only if it has expired by then, so that a renewed one stays."""
        async with self.database.connection() as connection:
            await connection.execute(
                "DELETE FROM region_override WHERE user_id = %s AND (%s::timestamptz IS NULL OR expires_at <= %s)",
                (user, expired_by, expired_by),
            )


def _home(row: Mapping[str, Any]) -> Home:
    return Home(row["user_id"], row["region"], row["source"], row["decided_by"], row["created_at"])


def _override(row: Mapping[str, Any]) -> Override:
    return Override(
        row["user_id"], row["region"], row["reason"], row["author"], row["created_at"], row["expires_at"]
    )
