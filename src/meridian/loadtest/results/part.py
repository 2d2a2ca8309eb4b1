"""What one machine has to tell of a run: its record, and the facts without which the record means nothing."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from meridian.core.errors import InvalidInput
from meridian.loadtest.plan import Shard, StepFacts
from meridian.loadtest.record import Record
from meridian.loadtest.results.summary import Event

End = Literal["finished", "aborted", "stopped"]

_SAME = ("id", "scenario", "target", "seed", "scale", "rate", "seconds", "closed", "timeout", "http", "steps")
"""What the parts of one run agree in."""
_WORST: Sequence[End] = ("finished", "stopped", "aborted")


@dataclass(frozen=True, slots=True)
class Part:
    """id: of the run, the same on all machines. shards: those in it; after a merge several. scenario: its facts, as
    `Scenario.to_json` gives them. target: its name. rate: requests a second that were asked for in place of the
    scenario's; None: the scenario's. closed: users of a closed model, else 0. seconds: for which requests were asked.
    timeout: seconds. processes: how many sent. end: how the run ended, reason: the sentence why, empty when it finished.
    events: what happened on purpose."""

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
    events: tuple[Event, ...] = ()

    def missing(self) -> Sequence[Shard]:
        """Shards of the run that are not in it. A single shard speaks for itself and misses nobody."""
        if len(self.shards) == 1:
            return ()
        count = self.shards[0].count
        return [Shard(index, count) for index in range(count) if Shard(index, count) not in self.shards]


def merge(parts: Sequence[Part]) -> Part:
    """The run that these are parts of, exactly as one machine would have recorded it. Raises InvalidInput when they are
    not of one run, or when one is there twice."""
    if not parts:
        raise InvalidInput("there is no part to merge", "name at least one file")
    first = parts[0]
    for other in parts[1:]:
        for name in _SAME:
            if getattr(other, name) != getattr(first, name):
                raise InvalidInput(
                    f"the parts are not of one run: {name} is {_short(getattr(first, name))} in one and "
                    f"{_short(getattr(other, name))} in another",
                    "name the parts of one run only",
                )
    shards = sorted(
        (shard for part in parts for shard in part.shards), key=lambda each: (each.count, each.index)
    )
    _fit(shards)
    record = Record(keep=first.timeout)
    for place, second in _seconds(parts):
        record.add(place, second)
    worst = max(parts, key=lambda part: _WORST.index(part.end))
    return replace(
        first,
        shards=tuple(shards),
        processes=sum(part.processes for part in parts),
        began=min(part.began for part in parts),
        ended=max(part.ended for part in parts),
        record=record,
        end=worst.end,
        reason=worst.reason,
        events=_events(parts),
    )


def _seconds(parts: Sequence[Part]) -> Iterator[tuple[int, Any]]:
    """In order of time over all parts, so that few are open at once."""
    for place in range(max(part.record.seconds for part in parts)):
        for part in parts:
            yield place, part.record.second(place)


def _fit(shards: Sequence[Shard]) -> None:
    for one, other in itertools.pairwise(shards):
        if one == other:
            raise InvalidInput(f"shard {one.index + 1}/{one.count} is there twice", "name each part once")
        if one.count != other.count:
            raise InvalidInput(
                f"the parts are of {one.count} shards and of {other.count}", "name the parts of one run only"
            )


def _events(parts: Sequence[Part]) -> tuple[Event, ...]:
    """What several machines tell of once: only one of them breaks things, each of them may abort."""
    seen: list[Event] = []
    for event in sorted((event for part in parts for event in part.events), key=lambda each: each["at"]):
        if not any(
            (event["what"], event["by"]) == (other["what"], other["by"]) and event["at"] - other["at"] < 5
            for other in seen
        ):
            seen.append(event)
    return tuple(seen)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"
