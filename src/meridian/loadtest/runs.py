"""A load test as lists show it, and what its runner tells of it while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

State = Literal["running", "passed", "failed", "invalid", "aborted", "stopped", "lost"]
"""passed, failed: by its thresholds. invalid: the generator was too slow to say. aborted: by a rule of its scenario, or
because it could not go on. stopped: by a person. lost: nothing was heard of its runner for longer than `LOST`; it is stored
as running."""
Runner = Literal["cli", "control"]
LOST = timedelta(seconds=30)
SHORTEST_ID, LONGEST_ID = 4, 64
ID = r"^[a-z0-9][a-z0-9-]*$"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a run is, from its start on; all shards of a run tell the same. seconds: how long it sends. rate: asked for, at its
    highest, requests a second; None: as many as a closed model makes."""

    name: str
    title: str
    kind: str
    target: str
    began: datetime
    seed: int
    scale: float
    seconds: float
    rate: float | None = None
    shards: int = 1
    processes: int = 1
    http: int = 1

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "kind": self.kind,
            "target": self.target,
            "began": self.began.isoformat(),
            "seed": self.seed,
            "scale": self.scale,
            "seconds": self.seconds,
            "rate": self.rate,
            "shards": self.shards,
            "processes": self.processes,
            "http": self.http,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Facts":
        return cls(**{**raw, "began": datetime.fromisoformat(raw["began"])})


@dataclass(frozen=True, slots=True)
class Told:
    """One second's progress of one shard. shard: its number, from 0. rate: answered a second so far. p95: ms. errors: 0 to 1.
    live: the rest, in the shape of a Summary."""

    facts: Facts
    shard: int
    sentence: str
    rate: float | None
    p95: float | None
    errors: float | None
    live: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """rate, p95 (ms), errors (0 to 1): as measured so far. author: who started it. stop: why it is to stop; empty: it is not."""

    id: str
    facts: Facts
    state: State
    sentence: str
    ended: datetime | None
    told: datetime
    author: str
    runner: Runner
    rate: float | None
    p95: float | None
    errors: float | None
    stop: str = ""

    def public(self) -> dict[str, Any]:
        """As the list shows it."""
        return {
            "id": self.id,
            "name": self.facts.name,
            "title": self.facts.title,
            "kind": self.facts.kind,
            "state": self.state,
            "sentence": self.sentence,
            "began": self.facts.began,
            "ended": self.ended,
            "target": self.facts.target,
            "rate": self.rate,
            "p95": self.p95,
            "errors": self.errors,
            "by": self.author,
            "runner": self.runner,
            "shards": self.facts.shards,
            "scale": self.facts.scale,
            "duration": self.facts.seconds,
        }
