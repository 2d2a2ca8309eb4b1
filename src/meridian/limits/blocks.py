"""Blocks of the shields, as the edges report them: for operators to see. The edges themselves go by what they know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from meridian.store.database import Connection, Database

KEPT = timedelta(days=1)
"""How long a block that is over can still be told of again."""
KINDS = ("account", "address", "device")
_LATEST = 4_102_444_800


@dataclass(frozen=True, slots=True)
class Block:
    """kind: what is blocked; "device" is an account on one device that it has used before. subject: the address, or the name
    under which edges keep an account, which tells nobody whose it is; for a device, the account's, a dot, and its own.
    in_a_row: how many blocks of the subject there were by then."""

    region: str
    shield: str
    kind: str
    subject: str
    began: datetime
    until: datetime
    in_a_row: int


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

    async def listed(self, kind: Literal["account", "address"], name: str, now: datetime) -> bool:
        """Whether a block of it is in force. name: an address, or the name that edges call an account by, whose devices count;
        an empty one stands for any."""
        kinds = ["address"] if kind == "address" else ["account", "device"]
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT 1 FROM limit_block WHERE until > %s AND kind = ANY(%s) "
                "AND (%s = '' OR subject = %s OR starts_with(subject, %s)) LIMIT 1",
                (now, kinds, name, name, f"{name}."),
            )
            return await cursor.fetchone() is not None


async def record_block_events(
    connection: Connection, region: str, events: Iterable[Mapping[str, Any]], now: datetime
) -> None:
    """Stores what the region's admission told, within the transaction of `connection`; safe to repeat. Blocks that were over a
    day ago are forgotten.

    events: lines of its log, in their order: {"event": "block", "t": 1760000000.0, "kind": "account", "shield": "login",
    "subject": "ab12...", "until": 1760003600.0, "blocks": 1}, or {"event": "unblock", ...} when it ended early; times in
    seconds since 1970. What is neither is left out: it may be of another version."""
    async with connection.cursor() as cursor:
        for event in events:
            block = parse(region, event)
            if block is None:
                continue
            if event["event"] == "unblock":
                await cursor.execute(
                    "UPDATE limit_block SET until = %s WHERE region = %s AND shield = %s AND kind = %s "
                    "AND subject = %s AND began <= %s AND until > %s",
                    (block.began, region, block.shield, block.kind, block.subject, block.began, block.began),
                )
            elif block.until > now - KEPT:
                await cursor.execute(
                    "INSERT INTO limit_block (region, shield, kind, subject, began, until, in_a_row) "
                    "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    (
                        region,
                        block.shield,
                        block.kind,
                        block.subject,
                        block.began,
                        block.until,
                        block.in_a_row,
                    ),
                )
        await cursor.execute("DELETE FROM limit_block WHERE until < %s", (now - KEPT,))


def parse(region: str, event: Mapping[str, Any]) -> Block | None:
    """Of an "unblock", `began` is when it ended. None for what cannot be read."""
    if not isinstance(event, Mapping) or event.get("event") not in ("block", "unblock"):
        return None
    kind, shield, subject = event.get("kind"), _text(event.get("shield")), _text(event.get("subject"))
    in_a_row, began = event.get("blocks", 1), _time(event.get("t"))
    until = _time(event.get("until")) if event["event"] == "block" else began
    if kind not in KINDS or not shield or not subject or began is None or until is None:
        return None
    if not isinstance(in_a_row, int) or not 0 <= in_a_row < 2**31:
        return None
    return Block(region, shield, kind, subject, began, until, in_a_row)


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= 256 and value.isprintable() else ""


def _time(value: object) -> datetime | None:
    if not isinstance(value, int | float) or not 0 <= value < _LATEST:
        return None
    return datetime.fromtimestamp(value, UTC)
