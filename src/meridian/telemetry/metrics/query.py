"""What can be asked of metrics, and what the answer looks like."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

Group = tuple[str, ...]
"""The values of the labels that a question groups by, in its order."""


@dataclass(frozen=True, slots=True)
class Query:
    """metric: a name of the catalogue. where: label -> values wanted. by: labels to tell apart; none gives one value.
    over: seconds up to now that a value is made from."""

    metric: str
    where: Mapping[str, Collection[str]] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    over: float = 60.0


@dataclass(frozen=True, slots=True)
class Value:
    """value: in the metric's unit. n: how many requests, events or samples it was made from."""

    value: float
    n: float


@dataclass(frozen=True, slots=True)
class Line:
    """One group's values over time. values: one for each step, None where nothing was measured."""

    group: Group
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Range:
    """times: when each step begins, seconds since 1970. step: seconds."""

    times: Sequence[int]
    step: int
    lines: Sequence[Line]


class Metrics(Protocol):
    """Methods raise InvalidInput for a metric or label that there is not."""

    async def now(self, query: Query) -> Mapping[Group, Value]:
        """The value over the last `query.over` seconds of each group that has any. From memory up to 15 minutes, then history
        (which raises Unavailable while PostgreSQL is away)."""

    def fresh(self) -> bool:
        """Whether memory covers what edges report now: false just after a start, while an edge that reports
        has sent no numbers."""

    async def range(self, query: Query, since: datetime, until: datetime, step: int | None = None) -> Range:
        """Each group's value in each step. step: seconds; left out, so that there are at most 360. `query.over` is not used.
        A step that is not over yet, or not told yet, is left out while there is any other to show."""
