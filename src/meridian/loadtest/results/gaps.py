"""How long a region's users got nothing: intervals without any success, to the millisecond.

Where users are few there are long times in which none of them asks. So a gap is one only where requests waited in it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from meridian.loadtest.outcomes import OK
from meridian.loadtest.record import Second
from meridian.loadtest.record.latencies import MICROSECONDS

SHORTEST = 0.05
"""Seconds. What is shorter nobody notices, and any scheduler makes such gaps."""
BY_CHANCE = 0.01
"""How many intervals as long as a gap are expected by chance at most, if successes came independently at the region's
rate."""
BEFORE = 10.0
"""Seconds before the time looked at that tell what is usual, and in which the last success before it is looked for."""
NEIGHBOURS = 50
"""Intervals before one, and as many after it, whose medians say what is usual there: the slower of the two, as the rate
may have changed just then."""
FEW = 3
"""Requests that have to have waited in a gap: one or two that went wrong are a mishap of their own."""


class Seconds(Protocol):
    """A record, or as much of one as there is."""

    @property
    def seconds(self) -> int: ...
    def second(self, place: int) -> Second: ...
    def __iter__(self) -> Iterator[tuple[int, Second]]: ...


@dataclass(frozen=True, slots=True)
class Gap:
    """since, until: of the last success before and the first one after, in seconds after the start; until: the end of
    what was looked at where none came (ended False). usual: the median interval between two successes about that time, in
    seconds; 0 where there are none to tell."""

    region: str
    since: float
    until: float
    usual: float
    ended: bool

    @property
    def ms(self) -> float:
        return round((self.until - self.since) * 1000, 3)


def gaps(record: Seconds, region: str, since: float, until: float) -> Sequence[Gap]:
    """The intervals that reach into this time, are conspicuously longer than usual at the region's rate, and in which
    requests were due that waited or failed, in order of time.

    since, until: seconds after the start; nothing counts as missing after the last request was due. A gap that begins
    more than `BEFORE` seconds before `since` is told from there on."""
    start, until = max(0.0, since - BEFORE), min(until, _asked_until(record))
    moments = _successes(record, region, start, until)
    if until <= since:
        return []
    if not len(moments):
        silent = Gap(region, since, until, 0.0, False)
        return [silent] if _ever(record, region) and _waited(record, silent) else []
    found = [gap for gap in _between(region, moments) if gap.until > since]
    last = float(moments[-1])
    usual = _median(np.diff(moments[-NEIGHBOURS - 1 :]))
    if until > since and until - last > _bound(usual, len(moments)):
        found.append(Gap(region, last, until, usual, False))
    return [gap for gap in found if _waited(record, gap)]


def _waited(record: Seconds, gap: Gap) -> bool:
    """Whether a few requests of the region were due in it that failed, took as long as it lasted from when they were due,
    or were never answered. Of these last ones nobody knows the region: it has its share."""
    mine = every = waited = lost = 0
    for place in range(max(0, int(gap.since)), min(math.ceil(gap.until), record.seconds)):
        second = record.second(place)
        least = 1e6 * max((gap.until - gap.since) / 2, gap.until - place - 1)
        for key, counts in second.latencies.items():
            n = sum(counts.values())
            every += n
            lost -= n
            if key.region != gap.region:
                continue
            mine += n
            waited += sum(
                many for at, many in counts.items() if key.outcome != OK or MICROSECONDS.middle(at) >= least
            )
        lost += second.sent
        if waited >= FEW:
            return True
    return waited + max(0, lost) * (mine / every if every else 1.0) >= FEW


def _between(region: str, moments: NDArray[np.float64]) -> list[Gap]:
    lengths = np.diff(moments)
    found = []
    for place in np.flatnonzero(lengths > SHORTEST):
        before, after = (
            lengths[max(0, place - NEIGHBOURS) : place],
            lengths[place + 1 : place + 1 + NEIGHBOURS],
        )
        if _common(lengths[place], before, len(lengths)) or _common(lengths[place], after, len(lengths)):
            continue
        usual = max(_median(before), _median(after))
        if lengths[place] > _bound(usual, len(lengths)):
            found.append(Gap(region, float(moments[place]), float(moments[place + 1]), usual, True))
    return found


def _bound(usual: float, n: int) -> float:
    """Seconds. Of n intervals of a Poisson process n * exp(-length / mean) are longer than a length, and its median
    interval is mean * ln 2."""
    return max(SHORTEST, usual / math.log(2) * math.log(max(n, 1) / BY_CHANCE))


def _common(length: float, neighbours: NDArray[np.float64], n: int) -> bool:
    """Whether these are so long that their median alone makes this one usual: a count, which takes a tenth of a median."""
    longest = length * math.log(2) / math.log(max(n, 1) / BY_CHANCE)
    return 2 * int(np.count_nonzero(neighbours < longest)) < len(neighbours)


def _median(lengths: NDArray[np.float64]) -> float:
    return float(np.median(lengths)) if len(lengths) else 0.0


def _successes(record: Seconds, region: str, since: float, until: float) -> NDArray[np.float64]:
    """When they arrived, in seconds to the millisecond; several in one millisecond are one."""
    found = [np.empty(0)]
    for place in range(int(since), min(math.ceil(until), record.seconds)):
        bits = record.second(place).answered.get(region)
        if bits is not None:
            found.append(place + np.flatnonzero(np.unpackbits(np.frombuffer(bits, np.uint8))) / 1000)
    moments = np.concatenate(found)
    return moments[(moments >= since) & (moments < until)]


def _asked_until(record: Seconds) -> float:
    """The end of the last second in which a request was due."""
    for place in range(record.seconds - 1, -1, -1):
        if record.second(place).due:
            return place + 1.0
    return 0.0


def _ever(record: Seconds, region: str) -> bool:
    return any(region in second.answered for _, second in record)
