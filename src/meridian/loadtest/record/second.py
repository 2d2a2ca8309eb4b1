"""One second of a run. Seconds add up like histograms do: a second of a run is the sum of its shards' seconds, and a phase
the sum of its seconds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from meridian.loadtest.outcomes import FAILED
from meridian.loadtest.record.burst import Burst
from meridian.loadtest.record.cell import Failure, Key
from meridian.loadtest.record.latencies import Latencies

MILLISECONDS = 1000
"""Bits of a bitmap."""

BITMAP = MILLISECONDS // 8
"""Bytes of a bitmap."""

_Named = TypeVar("_Named")


@dataclass(slots=True)
class Usage:
    """What a process used, summed over n observations. cpu: thousandths of a core. rss: bytes."""

    n: int = 0
    cpu: int = 0
    rss: int = 0

    def merge(self, other: "Usage") -> None:
        self.n, self.cpu, self.rss = self.n + other.n, self.cpu + other.cpu, self.rss + other.rss


@dataclass(slots=True)
class Second:
    """latencies: of the requests that were due in this second, from when they were due to the end of the answer: bucket of
    microseconds -> how many. due: how many were; sent: how many of these went out, `lag`: how late (buckets likewise). beat: the
    longest delay of the generator's own clockwork, in microseconds. answered: home region -> bitmap of the milliseconds in which
    a success arrived. failures, served: of requests due in this second; served, by (home region, location), is of successes.
    resources: by name of the process. trouble: what befell the generator -> how often."""

    latencies: dict[Key, dict[int, int]] = field(default_factory=dict)
    due: int = 0
    sent: int = 0
    lag: dict[int, int] = field(default_factory=dict)
    beat: int = 0
    answered: dict[str, bytearray] = field(default_factory=dict)
    failures: dict[Failure, Burst] = field(default_factory=dict)
    served: dict[tuple[str, str], Burst] = field(default_factory=dict)
    resources: dict[str, Usage] = field(default_factory=dict)
    trouble: dict[str, int] = field(default_factory=dict)

    @classmethod
    def together(cls, seconds: "Iterable[Second]") -> "Second":
        made = cls()
        for each in seconds:
            made.merge(each)
        return made

    def count(self, which: Callable[[Key], bool] = lambda key: True) -> int:
        """Requests that came to an end, of the cells that `which` chooses."""
        return sum(sum(counts.values()) for key, counts in self.latencies.items() if which(key))

    def failed(self, which: Callable[[Key], bool] = lambda key: True) -> int:
        """Those that count as errors."""
        return self.count(lambda key: key.outcome in FAILED and which(key))

    def latency(self, which: Callable[[Key], bool] = lambda key: True) -> Latencies:
        """Of all that came to an end, whatever came of them: a time limit that ran out took that long."""
        return Latencies.together(counts for key, counts in self.latencies.items() if which(key))

    def merge(self, other: "Second") -> None:
        for key, counts in other.latencies.items():
            _add(self.latencies.setdefault(key, {}), counts)
        self.due += other.due
        self.sent += other.sent
        _add(self.lag, other.lag)
        self.beat = max(self.beat, other.beat)
        for region, bits in other.answered.items():
            mine = self.answered.setdefault(region, bytearray(BITMAP))
            mine[:] = (int.from_bytes(mine) | int.from_bytes(bits)).to_bytes(BITMAP)
        _join(self.failures, other.failures)
        _join(self.served, other.served)
        for name, usage in other.resources.items():
            self.resources.setdefault(name, Usage()).merge(usage)
        for what, n in other.trouble.items():
            self.trouble[what] = self.trouble.get(what, 0) + n


def _add(mine: dict[int, int], counts: dict[int, int]) -> None:
    if not mine:
        mine.update(counts)
        return
    for place, n in counts.items():
        mine[place] = mine.get(place, 0) + n


def _join(mine: dict[_Named, Burst], bursts: dict[_Named, Burst]) -> None:
    for key, burst in bursts.items():
        if (known := mine.get(key)) is None:
            mine[key] = burst.copy()
        else:
            known.merge(burst)
