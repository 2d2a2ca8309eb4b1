"""Events in PostgreSQL: which were taken, and where what they are about stands. Everything in the caller's transaction.

Rows are always touched in the order of their keys, so that batches that meet in two processes wait for each other and never
lock each other out.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from meridian.telemetry.events.subjects import Subject, subjects
from meridian.telemetry.events.taking import AHEAD, LATE
from meridian.telemetry.events.types import Event

if TYPE_CHECKING:
    from meridian.store.database import Connection

REMEMBERED = LATE + AHEAD + timedelta(minutes=55)
"""For so long an event that was taken is known again. One that is sent again later is refused for its age."""
OVER_KEPT = timedelta(days=2)
SILENT_KEPT = timedelta(days=30)
"""What nobody has told anything about for so long is forgotten, whatever its state."""

_COLUMNS = (
    "kind",
    "id",
    "state",
    "at",
    "event",
    "region",
    "detail",
    "amount",
    "currency",
    "began",
    "answered",
    "over",
)
_UPSERT = """
INSERT INTO event_subject AS old (kind, id, state, at, event, region, detail, amount, currency, began, answered, over)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::bigint[],
                     %s::text[], %s::timestamptz[], %s::timestamptz[], %s::boolean[])
ON CONFLICT (kind, id) DO UPDATE SET
    (state, at, event, region, detail, amount, currency, over) = (
        SELECT later.* FROM (VALUES
            (old.state, old.at, old.event, old.region, old.detail, old.amount, old.currency, old.over),
            (excluded.state, excluded.at, excluded.event, excluded.region, excluded.detail, excluded.amount,
             excluded.currency, excluded.over)
        ) later (state, at, event, region, detail, amount, currency, over)
        ORDER BY later.at DESC, later.event COLLATE "C" DESC LIMIT 1
    ),
    began = least(old.began, excluded.began),
    answered = least(old.answered, excluded.answered)
"""


async def fresh(connection: Connection, events: Sequence[Event], now: datetime) -> list[Event]:
    """Those that were not taken before, which counts as done with this transaction. Waits for another transaction that is taking
    one of them. events: each id once."""
    by_key = {_key(event.id): event for event in events}
    cursor = await connection.execute(
        "INSERT INTO event_taken (id, taken_at) SELECT each, %s FROM unnest(%s::uuid[]) each "
        "ON CONFLICT (id) DO NOTHING RETURNING id",
        (now, sorted(by_key)),
    )
    new = {row["id"] for row in await cursor.fetchall()}
    return [event for key, event in by_key.items() if key in new]


async def note(connection: Connection, events: Sequence[Event]) -> None:
    """Takes over what the events say of the things that they are about."""
    found = subjects(events)
    if found:
        await connection.execute(_UPSERT, [[_value(each, name) for each in found] for name in _COLUMNS])


async def forget(connection: Connection, now: datetime) -> int:
    """Deletes what is kept long enough. Returns how many rows."""
    taken = await connection.execute("DELETE FROM event_taken WHERE taken_at < %s", (now - REMEMBERED,))
    old = await connection.execute(
        "DELETE FROM event_subject WHERE at < %s AND (over OR at < %s)", (now - OVER_KEPT, now - SILENT_KEPT)
    )
    return taken.rowcount + old.rowcount


def _value(subject: Subject, column: str) -> object:
    return getattr(subject, column)


def _key(id: str) -> uuid.UUID:
    return uuid.UUID(bytes=hashlib.sha256(id.encode()).digest()[:16])
