"""Runs of which everything is known, sample by sample, to hold the failover log against."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from meridian.loadtest.plan import Shard, StepFacts
from meridian.loadtest.record import Key, Record
from meridian.loadtest.results.part import Part
from meridian.loadtest.results.summary import Event

BEGAN = datetime(2026, 11, 22, 13, 46, tzinfo=UTC)
EVERY = 0.02
"""Seconds between two requests of one region."""


class Run:
    """Two regions, each served by a location of its own, every 20 ms; what is written over it happens instead."""

    def __init__(self, seconds: int = 90) -> None:
        self.seconds = seconds
        self.record = Record()
        self.events: list[Event] = []
        self._out: dict[str, list[tuple[float, float, str, str, str]]] = {"EU": [], "US": []}

    def instead(
        self,
        region: str,
        since: float,
        until: float,
        *,
        location: str = "",
        outcome: str = "ok",
        detail: str = "",
    ) -> "Run":
        """What answers in this time. location empty and outcome ok: nothing at all happens."""
        self._out[region].append((since, until, location, outcome, detail))
        return self

    def chaos(self, at: float, what: str) -> "Run":
        self.events.append({"at": at, "what": what, "by": "chaos", "sentence": what})
        return self

    def part(self) -> Part:
        number = 0
        for n in range(round(self.seconds / EVERY)):
            at = round(n * EVERY, 6)
            for region, home in (("EU", "europe-west1"), ("US", "us-central1")):
                number += 1
                location, outcome, detail = home, "ok", ""
                for since, until, there, what, why in self._out[region]:
                    if since <= at < until:
                        location, outcome, detail = there, what, why
                self.record.due(at)
                self.record.sent(at, 0.0)
                if location or outcome != "ok":
                    self.record.sample(at, at + 0.005, Key(0, region, location, "", outcome), number, detail)
        return Part(
            id="r", shards=(Shard(),), scenario={}, target="world", seed=1, scale=1.0, rate=None, seconds=float(self.seconds),
            closed=0, timeout=10.0, http=1, processes=1, steps=(StepFacts("swipe", "matching", "POST /swipe"),), began=BEGAN,
            ended=BEGAN + timedelta(seconds=self.seconds), record=self.record, events=tuple(self.events),
        )  # fmt: skip


def decided(at: float, kind: str, subject: str, edge: str = "", id: str = "") -> Mapping[str, Any]:
    """A decision as the journal answers it."""
    return {
        "id": id or f"d-{at:g}-{edge}", "at": (BEGAN + timedelta(seconds=at)).isoformat(), "controller": "regions.recovery",
        "kind": kind, "subject": subject, "sentence": f"{subject}: {kind}", "evidence": {"edge": edge} if edge else {},
        "action": {}, "undo": None, "actor": "meridian", "reason": "",
    }  # fmt: skip
