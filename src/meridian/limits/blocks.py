"""Blocks of the shields, as the edges report them: for operators to see. The edges themselves go by what they know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from meridian.limits.store import Blocked

if TYPE_CHECKING:
    from meridian.store.database import Database

KEPT = timedelta(days=1)
"""How long a block that is over can still be told of again."""


@dataclass(frozen=True, slots=True)
class Block:
    """subject_hash: the name under which edges keep the account or the address. failures: attempts that led to it."""

    region: str
    kind: Blocked
    subject_hash: str
    shield: str
    began: datetime
    until: datetime
    failures: int


@dataclass(frozen=True, slots=True)
class Blocks:
    database: Database

    async def in_force(self, now: datetime, limit: int = 1000) -> tuple[Block, ...]:
        """The newest first."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM limit_block WHERE until > %s ORDER BY began DESC, region, kind, subject_hash LIMIT %s",
                (now, limit),
            )
            return tuple(Block(**row) for row in await cursor.fetchall())

    async def record(self, blocks: Sequence[Block], now: datetime) -> None:
        """Stores them all or none, and forgets those that were over a day ago. One that is told again with another end (it was
        lifted, or grew) takes the new one."""
        async with self.database.connection() as connection, connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO limit_block (region, kind, subject_hash, shield, began, until, failures) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (region, kind, subject_hash, began) DO UPDATE "
                "SET until = excluded.until, failures = excluded.failures",
                [
                    (b.region, b.kind, b.subject_hash, b.shield, b.began, b.until, b.failures)
                    for b in sorted(blocks, key=lambda b: (b.region, b.kind, b.subject_hash, b.began))
                ],
            )
            await cursor.execute("DELETE FROM limit_block WHERE until < %s", (now - KEPT,))


async def record_block_events(database: Database, blocks: Sequence[Block], now: datetime) -> None:
    """What edges report; safe to repeat. Raises Unavailable."""
    if blocks:
        await Blocks(database).record(blocks, now)
