"""Blocks of the shields, as the edges report them: for operators to see. The edges themselves go by what they know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from meridian.limits.store import Blocked

if TYPE_CHECKING:
    from meridian.store.database import Connection, Database

KEPT = timedelta(days=1)
"""How long a block that is over can still be told of again."""
KINDS: tuple[Blocked, ...] = ("account", "address", "device")
_LATEST = 4_102_444_800


@dataclass(frozen=True, slots=True)
class Block:
    """kind: what is blocked; "device" is an account on one device that it has used before. subject: the name under which edges
    keep it, which tells nobody whose it is. failures: attempts that led to it."""

    region: str
    shield: str
    kind: Blocked
    subject: str
    began: datetime
    until: datetime
    failures: int


@dataclass(frozen=True, slots=True)
class Blocks:
    database: Database

    async def in_force(self, now: datetime, most: int = 1000) -> tuple[Block, ...]:
        """The newest first."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM limit_block WHERE until > %s "
                "ORDER BY began DESC, region, shield, kind, subject LIMIT %s",
                (now, most),
            )
            return tuple(Block(**row) for row in await cursor.fetchall())

    async def called(self, subject: str, now: datetime) -> Block | None:
        """One in force that is listed under this name."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM limit_block WHERE subject = %s AND until > %s ORDER BY until DESC LIMIT 1",
                (subject, now),
            )
            row = await cursor.fetchone()
        return Block(**row) if row else None


async def record_block_events(
    connection: Connection, region: str, events: Iterable[Mapping[str, Any]], now: datetime
) -> None:
    """Stores what the region's admission told, within the transaction of `connection`; safe to repeat. Blocks that were over a day
    ago are forgotten.

    events: lines of its log, in their order: {"event": "block", "t": 1760000000.0, "kind": "account", "shield": "login",
    "subject": "ab12...", "until": 1760003600.0, "failures": 5}, or {"event": "unblock", ...} when it ended early; times in
    seconds since 1970. Raises ValueError for what is none."""
    async with connection.cursor() as cursor:
        for event in events:
            block = parse(region, event)
            if event["event"] == "unblock":
                await cursor.execute(
                    "UPDATE limit_block SET until = %s WHERE region = %s AND shield = %s AND kind = %s "
                    "AND subject = %s AND began <= %s AND until > %s",
                    (block.began, region, block.shield, block.kind, block.subject, block.began, block.began),
                )
            elif block.until > now - KEPT:
                await cursor.execute(
                    "INSERT INTO limit_block (region, shield, kind, subject, began, until, failures) "
                    "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    (
                        region,
                        block.shield,
                        block.kind,
                        block.subject,
                        block.began,
                        block.until,
                        block.failures,
                    ),
                )
        await cursor.execute("DELETE FROM limit_block WHERE until < %s", (now - KEPT,))


def parse(region: str, event: Mapping[str, Any]) -> Block:
    """Of an "unblock", `began` is when it ended. Raises ValueError."""
    if event.get("event") not in ("block", "unblock") or event.get("kind") not in KINDS:
        raise ValueError("it is neither the beginning nor the end of a block")
    shield, subject, failures = event.get("shield"), event.get("subject"), event.get("failures", 0)
    if not _text(shield) or not _text(subject):
        raise ValueError("it does not say who is blocked by which shield")
    if not isinstance(failures, int) or not 0 <= failures < 2**31:
        raise ValueError("its number of failures is none")
    began = _time(event.get("t"))
    until = _time(event["until"]) if event["event"] == "block" else began
    return Block(region, str(shield), event["kind"], str(subject), began, until, failures)


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 256 and value.isprintable()


def _time(value: object) -> datetime:
    if not isinstance(value, int | float) or not 0 <= value < _LATEST:
        raise ValueError("one of its times is none")
    return datetime.fromtimestamp(value, UTC)
