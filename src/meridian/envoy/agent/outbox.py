"""Decisions taken at the edge, kept until control has acknowledged them: in memory, and on disk for the
next agent."""

import contextlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from meridian.core.clock import Clock
from meridian.core.decision import Decision, to_json
from meridian.core.ids import new_id
from meridian.envoy.agent.folder import replace

LIMIT = 1000
"""Decisions kept; the oldest go first."""
BATCH = 100
"""Decisions in one report."""


class Outbox:
    """dropped: how many decisions were given up because control was away for too long."""

    def __init__(self, path: Path, clock: Clock, limit: int = LIMIT) -> None:
        self.dropped = 0
        self._path = path
        self._clock = clock
        self._limit = limit
        self._waiting = _read(path)

    def add(self, decisions: Sequence[Decision]) -> None:
        """Stamps and keeps them."""
        if not decisions:
            return
        now = self._clock.now()
        for decision in decisions:
            stamped = decision if decision.id else decision.stamped(new_id(now), now)
            self._waiting[stamped.id] = to_json(stamped)
        for surplus in list(self._waiting)[: max(0, len(self._waiting) - self._limit)]:
            del self._waiting[surplus]
            self.dropped += 1
        self._save()

    def batch(self) -> tuple[dict[str, Any], ...]:
        """The oldest that wait, as JSON."""
        return tuple(list(self._waiting.values())[:BATCH])

    def acknowledge(self, ids: Iterable[str]) -> None:
        """Control has them: forget them."""
        known = [id for id in ids if id in self._waiting]
        for id in known:
            del self._waiting[id]
        if known:
            self._save()

    def __len__(self) -> int:
        return len(self._waiting)

    def _save(self) -> None:
        # With the disk full they are still in memory, and are written with the next change.
        with contextlib.suppress(OSError):
            replace(self._path, json.dumps(list(self._waiting.values())).encode(), durable=False)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """What a former agent left; nothing where the file is damaged."""
    try:
        return {str(each["id"]): each for each in json.loads(path.read_bytes())}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
