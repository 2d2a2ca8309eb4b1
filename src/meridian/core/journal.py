"""Where decisions are written. The real one is in PostgreSQL (`store.journal`); this is its interface and a small twin."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from meridian.core.clock import Clock, SystemClock
from meridian.core.decision import Decision
from meridian.core.errors import NotFound
from meridian.core.ids import new_id


class Journal(Protocol):
    async def write(self, decisions: Sequence[Decision]) -> list[Decision]:
        """Stamps decisions that have no id yet, stores all of them or none, and returns them stamped.

        A decision whose id is already stored is left as it is: an edge may report one twice.
        """

    async def recent(self, limit: int = 100, *, controller: str = "", subject: str = "") -> list[Decision]:
        """The newest first."""

    async def get(self, id: str) -> Decision:
        """Raises NotFound."""


@dataclass(slots=True)
class MemoryJournal:
    """For tests, and for an edge that buffers its decisions until control answers again."""

    clock: Clock = field(default_factory=SystemClock)
    entries: dict[str, Decision] = field(default_factory=dict)

    async def write(self, decisions: Sequence[Decision]) -> list[Decision]:
        now = self.clock.now()
        stamped = [d if d.id else d.stamped(new_id(now), now) for d in decisions]
        for decision in stamped:
            self.entries.setdefault(decision.id, decision)
        return stamped

    async def recent(self, limit: int = 100, *, controller: str = "", subject: str = "") -> list[Decision]:
        wanted = [
            d
            for d in self.entries.values()
            if (not controller or d.controller == controller) and (not subject or d.subject == subject)
        ]
        return sorted(wanted, key=lambda d: d.id, reverse=True)[:limit]

    async def get(self, id: str) -> Decision:
        if id not in self.entries:
            raise NotFound(f"no decision has the id {id}", "list them with `meridian journal`")
        return self.entries[id]
