"""The journal of decisions in PostgreSQL: what happened, why, and whether it was taken back."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.core.clock import Clock
from meridian.core.decision import Decision, from_json, to_json
from meridian.core.errors import Conflict, InvalidInput, NotFound
from meridian.core.ids import new_id
from meridian.store.database import Database

_SELECT = "SELECT decision, undone_at, undone_by FROM journal "


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision as the journal holds it. undone_at is None, and undone_by empty, while it stands."""

    decision: Decision
    undone_at: datetime | None = None
    undone_by: str = ""


@dataclass(frozen=True, slots=True)
class PostgresJournal:
    """Implements `core.journal.Journal`. Every method raises Unavailable when PostgreSQL is away."""

    database: Database
    clock: Clock

    async def write(self, decisions: Sequence[Decision]) -> list[Decision]:
        """As in `core.journal.Journal`. Raises InvalidInput when one is not JSON, before anything is
        stored."""
        now = self.clock.now()
        # Sorted, so that decisions made together are read back in the order in which they were made.
        fresh = iter(sorted(new_id(now) for _ in decisions))
        stamped = [d if d.id and d.at else d.stamped(d.id or next(fresh), d.at or now) for d in decisions]
        rows = [_row(decision) for decision in stamped]
        if not rows:
            return []
        async with self.database.connection() as connection, connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO journal (id, at, controller, kind, subject, decision) "
                "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
                rows,
            )
        return stamped

    async def recent(self, limit: int = 100, *, controller: str = "", subject: str = "") -> list[Decision]:
        """The newest first."""
        return await self.search(limit, controller=controller, subject=subject)

    async def search(
        self,
        limit: int = 100,
        *,
        controller: str = "",
        subject: str = "",
        kind: str = "",
        before: str = "",
        after: str = "",
    ) -> list[Decision]:
        """The newest first. before, after: ids; only older, only newer decisions. Raises InvalidInput when
        one is no id."""
        found = await self.entries(
            limit, controller=controller, subject=subject, kind=kind, before=before, after=after
        )
        return [entry.decision for entry in found]

    async def entries(
        self,
        limit: int = 100,
        *,
        controller: str = "",
        subject: str = "",
        kind: str = "",
        before: str = "",
        after: str = "",
    ) -> list[Entry]:
        """As `search`, with whether each was undone."""
        wanted = [("controller = %s", controller), ("subject = %s", subject), ("kind = %s", kind)]
        wanted += [("id < %s", before and str(_uuid(before))), ("id > %s", after and str(_uuid(after)))]
        given = [(condition, value) for condition, value in wanted if value]
        where = "WHERE " + " AND ".join(condition for condition, _ in given) if given else ""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                (_SELECT + where + " ORDER BY id DESC LIMIT %s").encode(),
                [*(value for _, value in given), limit],
            )
            return [_entry(row) for row in await cursor.fetchall()]

    async def get(self, id: str) -> Decision:
        """Raises NotFound."""
        return (await self.entry(id)).decision

    async def entry(self, id: str) -> Entry:
        """Raises NotFound."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(_SELECT + "WHERE id = %s", (_known(id),))
            row = await cursor.fetchone()
        if row is None:
            raise _not_found(id)
        return _entry(row)

    async def mark_undone(self, id: str, by: str) -> Entry:
        """Records that a person took the decision back; carrying its `undo` out is the actuator's.

        Raises NotFound, and Conflict when it cannot be undone or was already: of two people only one
        succeeds.
        """
        async with self.database.connection() as connection:
            cursor = await connection.execute(_SELECT + "WHERE id = %s FOR UPDATE", (_known(id),))
            row = await cursor.fetchone()
            if row is None:
                raise _not_found(id)
            found = _entry(row)
            if found.undone_at:
                when = f"{found.undone_at:%Y-%m-%d %H:%M:%S} UTC"
                raise Conflict(f"{found.undone_by} already undid this decision at {when}")
            if found.decision.undo is None:
                raise Conflict(f"nothing takes this decision back: {found.decision.sentence}")
            now = self.clock.now()
            await connection.execute(
                "UPDATE journal SET undone_at = %s, undone_by = %s WHERE id = %s", (now, by, id)
            )
        return Entry(found.decision, now, by)


def _row(decision: Decision) -> tuple[Any, ...]:
    try:
        text = json.dumps(to_json(decision), allow_nan=False, ensure_ascii=True)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"the decision {decision.kind!r} of {decision.controller} is not JSON: {error}",
            "evidence, action and undo hold only text, finite numbers, booleans, null, lists and objects",
        ) from error
    named = (decision.controller, decision.kind, decision.subject)
    return (
        _uuid(decision.id),
        decision.at,
        *(name.replace("\0", "\N{REPLACEMENT CHARACTER}") for name in named),
        text,
    )


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(from_json(row["decision"]), row["undone_at"], row["undone_by"] or "")


def _uuid(id: str) -> uuid.UUID:
    try:
        return uuid.UUID(id)
    except ValueError:
        raise InvalidInput(
            f"{id[:80]!r} is not the id of a decision", "ids are UUIDs, as `core.ids.new_id` makes"
        ) from None


def _known(id: str) -> uuid.UUID:
    try:
        return uuid.UUID(id)
    except ValueError:
        raise _not_found(id) from None


def _not_found(id: str) -> NotFound:
    return NotFound(f"no decision has the id {id[:80]}", "list them with `meridian journal`")
