"""The queue of notices and its log, in PostgreSQL: only one process at a time works on it, but any may die at any moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from meridian.alerts.deliveries.health import Health, after
from meridian.alerts.deliveries.lanes import Waiting
from meridian.integrations.notice import Notice, from_json
from meridian.integrations.outgoing import Outcome

if TYPE_CHECKING:
    from meridian.store.database import Connection, Database

MOST = 5000
"""Waiting notices that are looked at together, the oldest first."""
_HEALTH = tuple(each.name for each in fields(Health))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that this process is to send. notice: None where it cannot be read. attempts: this one included."""

    id: str
    channel: str
    notice: Notice | None
    attempts: int
    reached: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the log. status: "waiting", "sent", "superseded" (a later notice said more) or "given_up"."""

    id: str
    sequence: int
    incident: str
    channel: str
    event: str
    status: str
    created_at: datetime
    due_at: datetime
    attempts: int
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class Queue:
    """Every method raises Unavailable while PostgreSQL is away."""

    database: Database

    async def look(self) -> tuple[list[Waiting], dict[str, Health]]:
        """What waits, in the order in which it was put there, and how each channel does."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT id::text, incident, channel, event, due_at, claimed_until FROM alert_delivery "
                "WHERE status = 'waiting' ORDER BY sequence LIMIT %s",
                (MOST,),
            )
            waiting = [Waiting(**row) for row in await cursor.fetchall()]
            cursor = await connection.execute("SELECT * FROM alert_channel")
            return waiting, {row.pop("channel"): Health(**row) for row in await cursor.fetchall()}

    async def supersede(self, ids: Sequence[str], now: datetime) -> None:
        async with self.database.connection() as connection:
            await connection.execute(
                "UPDATE alert_delivery SET status = 'superseded', answered_at = %s, answer = 'a later notice says how it is now' "
                "WHERE id = ANY(%s::uuid[]) AND status = 'waiting'",
                (now, list(ids)),
            )

    async def claim(self, ids: Sequence[str], now: datetime, until: datetime) -> list[Claimed]:
        """Those of them that nobody else is sending, in the order given."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "UPDATE alert_delivery SET claimed_until = %s, attempts = attempts + 1 WHERE id = ANY(%s::uuid[]) "
                "AND status = 'waiting' AND (claimed_until IS NULL OR claimed_until <= %s) "
                "RETURNING id::text, channel, notice, attempts, reached, created_at",
                (until, list(ids), now),
            )
            rows = {row["id"]: row for row in await cursor.fetchall()}
        return [_claimed(rows[id]) for id in ids if id in rows]

    async def record(
        self, claimed: Claimed, outcome: Outcome, again_at: datetime | None, now: datetime
    ) -> Health:
        """How a sending went; again_at: when the next one is due, None where it is over. Returns how the channel does now."""
        status = "sent" if outcome.result == "sent" else "given_up" if again_at is None else "waiting"
        reached = sorted({*claimed.reached, *outcome.reached})
        async with self.database.connection() as connection:
            await connection.execute(
                "UPDATE alert_delivery SET status = %s, due_at = coalesce(%s, due_at), claimed_until = NULL, reached = %s, "
                "answered_at = %s, answer = %s WHERE id = %s",
                (status, again_at, reached, now, plain(outcome.said), claimed.id),
            )
            return await _note(connection, claimed.channel, outcome, now)

    async def tested(
        self, id: str, notice: Notice, content: str, channel: str, outcome: Outcome, now: datetime
    ) -> None:
        """A test that was sent at once: a line in the log; only what got through says something about the channel."""
        status = "sent" if outcome.result == "sent" else "given_up"
        async with self.database.connection() as connection:
            await connection.execute(
                "INSERT INTO alert_delivery (id, incident, channel, event, notice, status, created_at, due_at, attempts, "
                "answered_at, answer) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1, %s, %s)",
                (id, notice.key, channel, notice.status, content, status, now, now, now, plain(outcome.said)),
            )
            if outcome.result == "sent":
                await _note(connection, channel, outcome, now)

    async def log(
        self,
        *,
        limit: int = 100,
        before: int | None = None,
        incident: str = "",
        channel: str = "",
        status: str = "",
    ) -> list[Logged]:
        """The newest first. before: only those whose sequence is less. The others: only those, where given."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT id::text, sequence, incident, channel, event, status, created_at, due_at, attempts, answered_at, answer "
                "FROM alert_delivery WHERE (%(before)s::bigint IS NULL OR sequence < %(before)s) "
                "AND (%(incident)s = '' OR incident = %(incident)s) AND (%(channel)s = '' OR channel = %(channel)s) "
                "AND (%(status)s = '' OR status = %(status)s) ORDER BY sequence DESC LIMIT %(limit)s",
                {
                    "before": before,
                    "incident": incident,
                    "channel": channel,
                    "status": status,
                    "limit": limit,
                },
            )
            return [Logged(**row) for row in await cursor.fetchall()]

    async def told(self) -> list[str]:
        """The channels that the log has, also those that are no more."""
        async with self.database.connection() as connection:
            cursor = await connection.execute("SELECT DISTINCT channel FROM alert_delivery ORDER BY channel")
            return [row["channel"] for row in await cursor.fetchall()]

    async def forget(self, before: datetime, channels: Sequence[str]) -> None:
        """What was over before then, and how channels that are no more did."""
        async with self.database.connection() as connection:
            await connection.execute(
                "DELETE FROM alert_delivery WHERE status <> 'waiting' AND created_at < %s", (before,)
            )
            await connection.execute(
                "DELETE FROM alert_channel WHERE NOT channel = ANY(%s) AND answered_at < %s",
                (list(channels), before),
            )


def due(claimed: Claimed, outcome: Outcome, pause: float, give_up: float, now: datetime) -> datetime | None:
    """When to send again. pause, give_up: seconds. None where that is over."""
    if outcome.result != "again":
        return None
    at = now + timedelta(seconds=max(pause, outcome.wait or 0.0))
    return at if at <= claimed.created_at + timedelta(seconds=give_up) else None


def plain(text: str) -> str:
    """PostgreSQL takes no zero character."""
    return text.replace("\x00", "�")[:1000]


async def _note(connection: Connection, channel: str, outcome: Outcome, now: datetime) -> Health:
    cursor = await connection.execute("SELECT * FROM alert_channel WHERE channel = %s FOR UPDATE", (channel,))
    row = await cursor.fetchone()
    before = Health(**{name: row[name] for name in _HEALTH}) if row else Health()
    found = after(before, outcome, now)
    values = {name: getattr(found, name) for name in _HEALTH}
    columns = ", ".join(_HEALTH)
    places = ", ".join(f"%({name})s" for name in _HEALTH)
    changed = ", ".join(f"{name} = excluded.{name}" for name in _HEALTH)
    query = f"INSERT INTO alert_channel (channel, {columns}) VALUES (%(channel)s, {places}) "  # noqa: S608 - our own names
    query += f"ON CONFLICT (channel) DO UPDATE SET {changed}"
    await connection.execute(query.encode(), {**values, "answer": plain(found.answer), "channel": channel})
    if before.failures and not found.failures:
        await connection.execute(  # what waited for the next try need not wait any more
            "UPDATE alert_delivery SET due_at = %s WHERE channel = %s AND status = 'waiting' AND due_at > %s",
            (now, channel, now),
        )
    return found


def _claimed(row: Mapping[str, Any]) -> Claimed:
    notice: Notice | None
    try:
        notice = from_json(row["notice"])
    except (KeyError, TypeError, ValueError):
        notice = None
    return Claimed(
        row["id"], row["channel"], notice, row["attempts"], tuple(row["reached"]), row["created_at"]
    )
