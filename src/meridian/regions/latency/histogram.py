"""Many latencies in a few counts: a histogram whose bins grow by 5 %, so that medians can be added up and stay small.

A median is at most 2.5 % off, which is well below any margin that would move a country.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GROWTH = 1.05
SLOWEST = 10_000.0
"""Milliseconds; what is slower is no measurement of a network."""
BINS = math.ceil(math.log(SLOWEST) / math.log(GROWTH)) + 1


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one region from one place. median: milliseconds."""

    samples: int
    median: float


def bin_of(ms: float) -> int:
    """The bin of a latency, in 0 to BINS - 1; everything under a millisecond is in bin 0."""
    return min(BINS - 1, max(0, round(math.log(max(ms, 1.0)) / math.log(GROWTH))))


def summary(counts: Mapping[int, int]) -> Measured:
    """The median of a histogram (bin -> count), the lower one where there are two."""
    samples = sum(counts.values())
    seen = 0
    for number in sorted(counts):
        seen += counts[number]
        if 2 * seen >= samples:
            return Measured(samples, round(GROWTH**number, 1))
    return Measured(0, 0.0)


def by_place(rows: Iterable[tuple[str, str, int, int]]) -> dict[str, dict[str, Measured]]:
    """place -> region -> what was measured, from (place, region, bin, count); several rows of one bin add up."""
    histograms: dict[str, dict[str, dict[int, int]]] = {}
    for place, region, number, count in rows:
        bins = histograms.setdefault(place, {}).setdefault(region, {})
        bins[number] = bins.get(number, 0) + count
    return {
        place: {region: summary(bins) for region, bins in regions.items()}
        for place, regions in histograms.items()
    }
