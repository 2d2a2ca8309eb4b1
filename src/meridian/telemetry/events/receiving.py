"""Takes batches of business events: all that is new in a batch is stored in one transaction, or nothing of it is.

So a batch that is sent again after an answer that never arrived changes nothing, and its sender needs to know nothing about
what became of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from meridian.core.clock import Clock
from meridian.telemetry.events.batch import Malformed
from meridian.telemetry.events.counting import windows
from meridian.telemetry.events.store import forget, fresh, note
from meridian.telemetry.events.taking import Refused, sift
from meridian.telemetry.events.types import Event
from meridian.telemetry.windows import Windows

if TYPE_CHECKING:
    from meridian.store.database import Connection, Database

INSTANCE = "app"
"""Stands where cubes of edges have the edge's name."""
RECORDED = 10
"""Seconds of a window in history."""
_TIDY_EVERY = 600.0


class Recording(Protocol):
    """Where cubes are kept (`telemetry.history`)."""

    async def add(
        self, connection: Connection, region: str, instance: str, windows: Windows, now: datetime
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Received:
    """duplicates: events that were taken before, or stand twice in the batch."""

    accepted: int
    duplicates: int
    refused: Sequence[Refused] = ()


@dataclass(slots=True)
class Receiving:
    """show: is told what was new, in windows of one second, once it is stored. Must not wait."""

    database: Database
    clock: Clock
    history: Recording
    show: Callable[[Windows], None]
    _tidied: float = field(default=float("-inf"))

    async def receive(self, batch: Sequence[Event | Malformed], regions: Collection[str]) -> Received:
        """regions: that there are. Raises Unavailable, or an error of psycopg: then nothing of the batch was stored, or all of it
        and only the answer is missing."""
        now = self.clock.now()
        sifted = sift(batch, regions, now)
        new: list[Event] = []
        if sifted.events:
            async with self.database.connection() as connection:
                new = await fresh(connection, sifted.events, now)
                if new:
                    await self.history.add(connection, "", INSTANCE, windows(new, RECORDED, now), now)
                    await note(connection, new)
                await self._tidy(connection, now)
        if new:
            self.show(windows(new, 1, now))
        return Received(len(new), len(sifted.events) - len(new) + sifted.doubled, sifted.refused)

    async def _tidy(self, connection: Connection, now: datetime) -> None:
        at = self.clock.monotonic()
        if at - self._tidied >= _TIDY_EVERY:
            await forget(connection, now)
            self._tidied = at
