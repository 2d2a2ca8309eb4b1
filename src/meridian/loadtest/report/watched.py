"""What a run's clients saw, region by region: taken out of the record once, as its older seconds are packed."""

import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from meridian.loadtest.outcomes import OK
from meridian.loadtest.record import Burst, Failure, Latencies, Second
from meridian.loadtest.results.gaps import Gap, Seconds, gaps
from meridian.loadtest.results.lateness import late

STALLED = 100_000
"""Microseconds by which the generator's own clock was late in a second that may have made a gap by itself."""
OWN = 0.5
"""Share of a gap from which on a pause of the generator explains it."""


@dataclass(frozen=True, slots=True)
class Region:
    """served: second -> location -> successes of requests due then. failures: second -> kind -> failures. answered:
    second -> the milliseconds in which successes arrived, as bits from the left. gaps: in order of time, without those
    that the generator itself is to blame for. late: seconds in which the generator was, so that a gap in them may be
    partly its own. p95: second -> milliseconds, of successes due then. end: seconds of the run."""

    name: str
    served: Mapping[int, Mapping[str, Burst]]
    failures: Mapping[int, Mapping[Failure, Burst]]
    answered: Mapping[int, bytes]
    gaps: Sequence[Gap]
    late: frozenset[int]
    p95: Mapping[int, float]
    end: int

    def locations(self, since: float, until: float) -> Mapping[str, int]:
        """Location -> successes among requests that were due in these whole seconds."""
        found: dict[str, int] = defaultdict(int)
        for second in range(max(0, int(since)), min(self.end, max(0, int(until)))):
            for location, burst in self.served.get(second, {}).items():
                found[location] += burst.n
        return found

    def longest(self, since: float, until: float) -> Gap | None:
        """The longest interval between two successes in this time, however usual it is; None with fewer than two."""
        moments = self._moments(since, until)
        lengths = [after - before for before, after in itertools.pairwise(moments)]
        if not lengths:
            return None
        place = max(range(len(lengths)), key=lengths.__getitem__)
        ends = moments[place] / 1000, moments[place + 1] / 1000
        return Gap(self.name, *ends, statistics.median(lengths) / 1000, True)

    def _moments(self, since: float, until: float) -> list[int]:
        """Milliseconds in which a success arrived."""
        found = []
        for second in range(max(0, int(since)), min(self.end, int(until) + 1)):
            bits = self.answered.get(second, b"")
            found += [
                second * 1000 + 8 * place + bit
                for place, byte in enumerate(bits)
                if byte
                for bit in range(8)
                if byte & (128 >> bit)
            ]
        return [ms for ms in found if since * 1000 <= ms < until * 1000]

    def answered_after(self, at: float) -> float | None:
        """When the first success at or after `at` arrived, to the millisecond."""
        ms = int(at * 1000)
        for second in range(ms // 1000, self.end):
            left = int.from_bytes(self.answered.get(second, b"")) & (
                (1 << (1000 - max(0, ms - second * 1000))) - 1
            )
            if left:
                return (second * 1000 + 1000 - left.bit_length()) / 1000
        return None


def watched(record: Seconds) -> Mapping[str, Region]:
    """By name, those whose users asked at all."""
    served: dict[str, dict[int, dict[str, Burst]]] = defaultdict(dict)
    failures: dict[str, dict[int, dict[Failure, Burst]]] = defaultdict(dict)
    answered: dict[str, dict[int, bytes]] = defaultdict(dict)
    p95: dict[str, dict[int, float]] = defaultdict(dict)
    pauses: dict[int, float] = {}
    behind: set[int] = set()
    for place, second in record:
        if late(second):
            behind.add(place)
            pauses[place] = _pause(second)
        for (home, location), burst in second.served.items():
            served[home].setdefault(place, {})[location] = burst
        for home, middle in _p95(second):
            p95[home][place] = middle
        for home, bits in second.answered.items():
            answered[home][place] = bytes(bits)
        for failure, burst in second.failures.items():
            failures[failure.region].setdefault(place, {})[failure] = burst
    end = record.seconds
    return {
        name: Region(
            name,
            served[name],
            failures[name],
            answered[name],
            _honest(gaps(record, name, 0.0, float(end)), pauses),
            frozenset(behind),
            p95[name],
            end,
        )
        for name in sorted({*served, *failures, *answered})
    }


def _p95(second: Second) -> Iterator[tuple[str, float]]:
    found: dict[str, list[Mapping[int, int]]] = defaultdict(list)
    for key, counts in second.latencies.items():
        if key.outcome == OK:
            found[key.region].append(counts)
    for region, several in found.items():
        if (ms := Latencies.together(several).ms(0.95)) is not None:
            yield region, ms


def _pause(second: Second) -> float:
    """Seconds of it in which the generator itself sent or read nothing."""
    stood_still = second.beat / 1e6 if second.beat > STALLED else 0.0
    unsent = 1 - second.sent / second.due if second.sent < second.due else 0.0
    return max(stood_still, unsent)


def _honest(found: Sequence[Gap], pauses: Mapping[int, float]) -> list[Gap]:
    return [gap for gap in found if _paused(gap, pauses) < OWN * (gap.until - gap.since)]


def _paused(gap: Gap, pauses: Mapping[int, float]) -> float:
    return sum(pauses.get(place, 0.0) for place in range(int(gap.since), int(gap.until) + 1))
