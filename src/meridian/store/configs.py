"""The history of applied configurations. The newest is the active one; rolling back applies an older text
anew."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.core.clock import Clock
from meridian.core.errors import Conflict, InvalidInput, NotFound
from meridian.store.database import Connection, Database

_SELECT = "SELECT version, digest, text, actor, reason, at, rolled_back_from FROM configurations "


@dataclass(frozen=True, slots=True)
class Stored:
    """version: 1, 2, 3, ... digest: SHA-256 of the text in hex. actor and reason: who applied it, and why.
    rolled_back_from: the version that was active before, where this one took it back."""

    version: int
    digest: str
    text: str
    actor: str
    reason: str
    at: datetime
    rolled_back_from: int | None = None


@dataclass(frozen=True, slots=True)
class Configs:
    """Every method raises Unavailable when PostgreSQL is away."""

    database: Database
    clock: Clock

    async def apply(self, text: str, *, actor: str, reason: str, expected: int | None = None) -> Stored:
        """Makes `text` the active configuration and returns it as stored.

        expected: the version that the change was made from (0: none yet); raises Conflict when another is
        active by now. A text that is already active stays as it is, whatever was expected: repeating a
        request whose answer was lost is harmless.
        """
        return await self._add(text, actor, reason, expected, rollback=False)

    async def rollback(self, version: int, *, actor: str, reason: str, expected: int | None = None) -> Stored:
        """Applies the text of an earlier version as a new one. Raises NotFound, Conflict."""
        earlier = await self.get(version)
        return await self._add(earlier.text, actor, reason, expected, rollback=True)

    async def active(self) -> Stored | None:
        """None when none was ever applied."""
        async with self.database.connection() as connection:
            return await _newest(connection)

    async def get(self, version: int) -> Stored:
        """Raises NotFound."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                _SELECT + "WHERE version = %s",
                (version,),
            )
            row = await cursor.fetchone()
        if row is None:
            raise NotFound(f"no configuration has the version {version}", "list them with `meridian history`")
        return Stored(**row)

    async def history(self, limit: int = 50, before: int = 0) -> list[Stored]:
        """The newest first. before: only versions below this one, for the next page; 0: from the newest."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                _SELECT + "WHERE %(before)s = 0 OR version < %(before)s "
                "ORDER BY version DESC LIMIT %(limit)s",
                {"before": before, "limit": limit},
            )
            return [Stored(**row) for row in await cursor.fetchall()]

    async def _add(
        self, text: str, actor: str, reason: str, expected: int | None, *, rollback: bool
    ) -> Stored:
        if "\0" in text:
            raise InvalidInput(
                "the configuration contains a NUL character, so it is not text", "save it as UTF-8"
            )
        async with self.database.connection() as connection:
            # One writer at a time; readers go on.
            await connection.execute("LOCK TABLE configurations IN SHARE ROW EXCLUSIVE MODE")
            active = await _newest(connection)
            digest = digest_of(text)
            if active and active.digest == digest:
                return active
            current = active.version if active else 0
            if expected is not None and expected != current:
                raise Conflict(
                    f"version {current} is active by now, and this change was made from version {expected}",
                    "look at what changed with `meridian history`, and make the change from there",
                )
            left = current if rollback else None
            stored = Stored(current + 1, digest, text, actor, reason, self.clock.now(), left)
            await connection.execute(
                "INSERT INTO configurations (version, digest, text, actor, reason, at, rolled_back_from) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (stored.version, digest, text, actor, reason, stored.at, left),
            )
        return stored


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def _newest(connection: Connection) -> Stored | None:
    cursor = await connection.execute(_SELECT + "ORDER BY version DESC LIMIT 1")
    row: dict[str, Any] | None = await cursor.fetchone()
    return Stored(**row) if row else None
