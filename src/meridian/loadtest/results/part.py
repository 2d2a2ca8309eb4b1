"""What one machine has to tell of a run: its record, and the facts without which the record means nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from meridian.loadtest.plan import Shard, StepFacts
from meridian.loadtest.record import Record
from meridian.loadtest.results.summary import Event

End = Literal["finished", "aborted", "stopped"]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Part:
    """id: of the run, the same on all machines. shards: those in it; after a merge several. scenario: its facts
    (`Scenario.to_json`). target: its name. rate: requests a second that were asked for in place of the scenario's; None: the scenario's. closed:
    users of a closed model, else 0. seconds: for which requests were asked. timeout: seconds. processes: how many sent. end: how
    the run ended, reason: the sentence why, empty when it finished. events: what happened on purpose."""

    id: str
    shards: tuple[Shard, ...]
    scenario: Mapping[str, Any]
    target: str
    seed: int
    scale: float
    rate: float | None
    seconds: float
    closed: int
    timeout: float
    http: int
    processes: int
    steps: tuple[StepFacts, ...]
    began: datetime
    ended: datetime
    record: Record
    end: End = "finished"
    reason: str = ""
    events: tuple[Event, ...] = field(default=())


def merge(parts: Sequence[Part]) -> Part:
    """The run that these are parts of, exactly as one machine would have recorded it. Raises InvalidInput when they are not of
    one run, or when one is there twice."""
    raise NotImplementedError


def to_bytes(part: Part) -> bytes:
    """A file: lines of JSON, compressed with gzip; the facts first, then the seconds."""
    raise NotImplementedError


def from_bytes(data: bytes) -> Part:
    """Raises InvalidInput when it is none: damaged, cut off, of another format, or larger unpacked than a run can be."""
    raise NotImplementedError
