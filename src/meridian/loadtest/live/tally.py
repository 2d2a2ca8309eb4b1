"""Requests added up by who asked and for what, so that a view each second need not go through the whole record each second."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from meridian.loadtest.outcomes import FAILED
from meridian.loadtest.record import Latencies, Second


@dataclass(slots=True)
class Row:
    """Requests that came to an end. failed: how many of them count as errors."""

    requests: int = 0
    failed: int = 0
    latency: Latencies = field(default_factory=Latencies)

    def add(self, counts: Mapping[int, int], outcome: str) -> None:
        n = sum(counts.values())
        self.requests += n
        if outcome in FAILED:
            self.failed += n
        self.latency.merge(counts)

    def merge(self, other: "Row") -> None:
        self.requests += other.requests
        self.failed += other.failed
        self.latency.merge(other.latency.counts)

    @property
    def errors(self) -> float | None:
        """A share from 0 to 1; None without requests."""
        return self.failed / self.requests if self.requests else None

    def ms(self, share: float) -> float | None:
        found = self.latency.ms(share)
        return None if found is None else round(found, 3)


@dataclass(slots=True)
class Tally:
    """due, sent: requests of these seconds. steps: by place in the plan's list. outcomes: how many of each."""

    due: int = 0
    sent: int = 0
    whole: Row = field(default_factory=Row)
    regions: dict[str, Row] = field(default_factory=dict)
    steps: dict[int, Row] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, second: Second) -> "Tally":
        made = cls(second.due, second.sent)
        for key, counts in second.latencies.items():
            made.whole.add(counts, key.outcome)
            made.regions.setdefault(key.region, Row()).add(counts, key.outcome)
            made.steps.setdefault(key.step, Row()).add(counts, key.outcome)
            made.outcomes[key.outcome] += sum(counts.values())
        return made

    @classmethod
    def together(cls, several: Iterable["Tally"]) -> "Tally":
        made = cls()
        for each in several:
            made.merge(each)
        return made

    def merge(self, other: "Tally") -> None:
        self.due += other.due
        self.sent += other.sent
        self.whole.merge(other.whole)
        for region, row in other.regions.items():
            self.regions.setdefault(region, Row()).merge(row)
        for step, row in other.steps.items():
            self.steps.setdefault(step, Row()).merge(row)
        self.outcomes.update(other.outcomes)
