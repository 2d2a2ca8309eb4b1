"""What came of the traffic: counts by outcome and by who answered, residency, and the spread of latencies."""

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

BROKEN = ("error", "unavailable", "timeout", "broken")
"""Outcomes that are failures. `limited` (429) and `refused` (other 4xx) are answers."""


@dataclass(slots=True)
class Latencies:
    """A histogram with buckets 5 % apart from 0.1 ms on, so that quantiles of any number of answers cost nothing."""

    counts: Counter[int] = field(default_factory=Counter)
    total: int = 0

    def add(self, seconds: float) -> None:
        self.counts[int(math.log(max(seconds, 1e-4) / 1e-4) / _STEP)] += 1
        self.total += 1

    def quantile(self, share: float) -> float:
        """Seconds, at most 2.5 % off; 0 when nothing was added."""
        wanted = share * self.total
        seen = 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= wanted:
                return 1e-4 * math.exp((bucket + 0.5) * _STEP)
        return 0.0


_STEP = math.log(1.05)


def outcome(status: int) -> str:
    if 200 <= status < 400:
        return "ok"
    if status == 429:
        return "limited"
    if status == 503:
        return "unavailable"
    return "error" if status >= 500 else "refused"


@dataclass(slots=True)
class Tally:
    """sent: requests that went out. unsent: due ones that did not, because too many were waiting. misplaced: answers whose
    home region is not the one of the client's country. repeatable_failed: failures of idempotent or keyed requests."""

    sent: int = 0
    unsent: int = 0
    resent: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    by_region: Counter[str] = field(default_factory=Counter)
    by_location: Counter[str] = field(default_factory=Counter)
    by_home: Counter[str] = field(default_factory=Counter)
    countries: set[str] = field(default_factory=set)
    violations: int = 0
    misplaced: int = 0
    repeatable_failed: int = 0
    other_failed: int = 0
    first_violations: list[str] = field(default_factory=list)
    first_failures: list[str] = field(default_factory=list)
    latencies: Latencies = field(default_factory=Latencies)
    latest_start: float = 0.0

    @property
    def done(self) -> int:
        return sum(self.outcomes.values())

    @property
    def failed(self) -> int:
        return self.repeatable_failed + self.other_failed

    def answered(self, kind: str, seconds: float, repeatable: bool, what: str) -> None:
        """seconds: since the request was due. what: the request in a few words, kept for the first failures."""
        self.outcomes[kind] += 1
        self.latencies.add(seconds)
        if kind not in BROKEN:
            return
        if repeatable:
            self.repeatable_failed += 1
        else:
            self.other_failed += 1
        if len(self.first_failures) < 5:
            self.first_failures.append(f"{kind}: {what}")

    def placed(self, region: str, location: str, home: str, country: str) -> None:
        self.by_region[region] += 1
        self.by_location[location] += 1
        self.by_home[home] += 1
        self.countries.add(country)

    def violated(self, what: str) -> None:
        self.violations += 1
        if len(self.first_violations) < 5:
            self.first_violations.append(what)

    def to_json(self, seconds: float) -> dict[str, Any]:
        """seconds: how long it has run."""
        return {
            "seconds": round(seconds, 1),
            "rate": round(self.done / seconds, 1) if seconds else 0.0,
            "sent": self.sent,
            "unsent": self.unsent,
            "resent": self.resent,
            "outcomes": dict(self.outcomes),
            "failed": {"idempotent": self.repeatable_failed, "other": self.other_failed},
            "served_by_region": dict(sorted(self.by_region.items())),
            "served_by_location": dict(sorted(self.by_location.items())),
            "home_regions": dict(sorted(self.by_home.items())),
            "countries": len(self.countries),
            "residency_violations": self.violations,
            "misplaced": self.misplaced,
            "first_violations": self.first_violations,
            "first_failures": self.first_failures,
            "latency_ms": {
                name: round(self.latencies.quantile(share) * 1000, 1)
                for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
            },
            "latest_start_ms": round(self.latest_start * 1000, 1),
        }
