"""What operators chose about limits: overrides, resets, lifted blocks. Methods raise Unavailable while PostgreSQL is away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from meridian.store.database import Database

Kind = Literal["user", "client"]
Blocked = Literal["account", "address"]
MOST_RESETS = 10_000
"""Users and clients whose resets are remembered. Of one that is forgotten the counters start afresh once more."""


@dataclass(frozen=True, slots=True)
class Override:
    """subject: a user's id, or a client as `names.client_of` writes it. expires_at: None where it holds until it is cleared."""

    kind: Kind
    subject: str
    policy: str
    rate: int
    reason: str
    author: str
    created_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overrides:
    database: Database

    async def get(self, kind: Kind, subject: str, policy: str, now: datetime) -> Override | None:
        """The one that is in force."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM limit_override WHERE kind = %s AND subject = %s AND policy = %s "
                "AND (expires_at IS NULL OR expires_at > %s)",
                (kind, subject, policy, now),
            )
            row = await cursor.fetchone()
        return Override(**row) if row else None

    async def in_force(self, now: datetime) -> tuple[Override, ...]:
        """By kind, subject and policy."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM limit_override WHERE expires_at IS NULL OR expires_at > %s "
                "ORDER BY kind, subject, policy",
                (now,),
            )
            return tuple(Override(**row) for row in await cursor.fetchall())

    async def expired(self, now: datetime) -> tuple[Override, ...]:
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM limit_override WHERE expires_at <= %s ORDER BY kind, subject, policy", (now,)
            )
            return tuple(Override(**row) for row in await cursor.fetchall())

    async def put(self, override: Override) -> None:
        async with self.database.connection() as connection:
            await connection.execute(
                "INSERT INTO limit_override (kind, subject, policy, rate, reason, author, created_at, expires_at) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (kind, subject, policy) DO UPDATE SET "
                "rate = excluded.rate, reason = excluded.reason, author = excluded.author, "
                "created_at = excluded.created_at, expires_at = excluded.expires_at",
                (
                    override.kind,
                    override.subject,
                    override.policy,
                    override.rate,
                    override.reason,
                    override.author,
                    override.created_at,
                    override.expires_at,
                ),
            )

    async def clear(self, kind: Kind, subject: str, policy: str, expired_by: datetime | None = None) -> None:
        """expired_by: only if it has expired by then, so that a renewed one stays."""
        async with self.database.connection() as connection:
            await connection.execute(
                "DELETE FROM limit_override WHERE kind = %s AND subject = %s AND policy = %s "
                "AND (%s::timestamptz IS NULL OR expires_at <= %s)",
                (kind, subject, policy, expired_by, expired_by),
            )


@dataclass(frozen=True, slots=True)
class Resets:
    """Each user and client has generations of counters: 0 until the first reset."""

    database: Database

    async def generations(self) -> Mapping[str, int]:
        """User or client -> the generation that counts, where it is not 0."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT subject, max(generation) AS generation FROM limit_reset WHERE generation > 0 "
                "GROUP BY subject ORDER BY subject"
            )
            return {row["subject"]: row["generation"] for row in await cursor.fetchall()}

    async def state(self, kind: Kind, subject: str) -> tuple[int, int]:
        """The generation that counts, and the highest that ever did."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT generation, highest FROM limit_reset WHERE kind = %s AND subject = %s",
                (kind, subject),
            )
            row = await cursor.fetchone()
        return (row["generation"], row["highest"]) if row else (0, 0)

    async def put(self, kind: Kind, subject: str, generation: int, now: datetime) -> None:
        """Lets this generation count from now on."""
        async with self.database.connection() as connection:
            await connection.execute(
                "INSERT INTO limit_reset (kind, subject, generation, highest, changed_at) "
                "VALUES (%(kind)s, %(subject)s, %(generation)s, %(generation)s, %(now)s) "
                "ON CONFLICT (kind, subject) DO UPDATE SET generation = excluded.generation, "
                "highest = greatest(limit_reset.highest, excluded.generation), changed_at = excluded.changed_at",
                {"kind": kind, "subject": subject, "generation": generation, "now": now},
            )
            await connection.execute(
                "DELETE FROM limit_reset WHERE changed_at < (SELECT changed_at FROM limit_reset "
                "ORDER BY changed_at DESC OFFSET %s LIMIT 1)",
                (MOST_RESETS - 1,),
            )


@dataclass(frozen=True, slots=True)
class Lifted:
    """subject: an account or an address as people write it, or the name under which a block is listed."""

    kind: Blocked
    subject: str
    lifted_at: datetime
    reason: str
    author: str


@dataclass(frozen=True, slots=True)
class Lifts:
    database: Database

    async def since(self, moment: datetime) -> tuple[Lifted, ...]:
        """By kind and subject."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM limit_lift WHERE lifted_at > %s ORDER BY kind, subject", (moment,)
            )
            return tuple(Lifted(**row) for row in await cursor.fetchall())

    async def put(self, lifted: Lifted, oldest: datetime) -> None:
        """oldest: lifts from before it are forgotten, as no block can be older."""
        async with self.database.connection() as connection:
            await connection.execute(
                "INSERT INTO limit_lift (kind, subject, lifted_at, reason, author) VALUES (%s, %s, %s, %s, %s) "
                "ON CONFLICT (kind, subject) DO UPDATE SET lifted_at = excluded.lifted_at, "
                "reason = excluded.reason, author = excluded.author",
                (lifted.kind, lifted.subject, lifted.lifted_at, lifted.reason, lifted.author),
            )
            await connection.execute("DELETE FROM limit_lift WHERE lifted_at < %s", (oldest,))

    async def remove(self, kind: Blocked, subject: str) -> None:
        async with self.database.connection() as connection:
            await connection.execute(
                "DELETE FROM limit_lift WHERE kind = %s AND subject = %s", (kind, subject)
            )
