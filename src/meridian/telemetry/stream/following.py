"""Follows the journal while somebody watches: only ids are looked at, so it costs little; each decision is told once."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from meridian.core.errors import NotFound
from meridian.feature import Control
from meridian.telemetry.operations import decision_json, journal

LATE = timedelta(minutes=15)
"""Ids say when a decision was made. An edge's may be journalled later than younger ones, so it looks back this far."""
MOST = 1000
AT_ONCE = 50
"""Decisions that are told at a time; of more, the newest."""


class Following:
    def __init__(self, control: Control) -> None:
        self._control = control
        self._known: set[str] | None = None

    async def fresh(self) -> Sequence[dict[str, Any]]:
        """Decisions that were not there at the last call, the oldest first; none at the first call. Raises Unavailable."""
        ids = await self._ids(first_id(self._control.clock.now() - LATE))
        known, self._known = self._known, set(ids)
        if known is None:
            return []
        return await told(self._control, [each for each in ids if each not in known])

    async def _ids(self, after: str) -> Sequence[str]:
        return await ids_after(self._control, after)


async def ids_after(control: Control, after: str) -> Sequence[str]:
    """Ids of decisions made after this one, the oldest first. Raises Unavailable."""
    async with control.database.connection() as connection:
        cursor = await connection.execute(
            "SELECT id FROM journal WHERE id > %s ORDER BY id DESC LIMIT %s", (after, MOST)
        )
        return [str(row["id"]) for row in reversed(await cursor.fetchall())]


async def told(control: Control, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Raises Unavailable."""
    found = []
    for id in ids[-AT_ONCE:]:
        try:
            found.append(decision_json(await journal(control).entry(id)))
        except NotFound:
            continue
    return found


async def missed(control: Control, last: str) -> list[dict[str, Any]]:
    """Decisions that came after the one with this id; none for what is no id. Raises Unavailable."""
    try:
        after = str(uuid.UUID(last))
    except ValueError:
        return []
    return await told(control, await ids_after(control, after))


def first_id(at: datetime) -> str:
    """The least id (UUID version 7) of a decision that was made then."""
    return str(uuid.UUID(int=(int(at.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62)))
