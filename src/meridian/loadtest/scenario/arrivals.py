"""When each flow is due. Every shard works out the same schedule and takes its own part of it, so none need talk to another.

Evenly, flow n is due when the count of the phases reaches n. As a Poisson process, gaps are exponential in that count, which
makes the process inhomogeneous exactly as the phases say (time change). Numbers are worked out in blocks, with numpy, so that
those of other shards cost next to nothing.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from meridian.loadtest.plan import Arrival, Shard
from meridian.loadtest.scenario.chance import Stream
from meridian.loadtest.scenario.counts import Count
from meridian.loadtest.scenario.phases import Phase

BLOCK = 8192
_DIGITS = 6
"""Digits of a count that rounding may disturb no further: 100.0000000001 flows are 100."""


def even(phases: Sequence[Phase], shard: Shard) -> Iterator[Arrival]:
    """In order of time; also in order of number."""
    count = Count(phases)
    number, end = shard.index, how_many(phases)
    while number < end:
        numbers = np.arange(number, min(end, number + BLOCK * shard.count), shard.count)
        yield from map(Arrival, numbers.tolist(), count.when(numbers.astype(np.float64)).tolist())
        number += BLOCK * shard.count


def poisson(phases: Sequence[Phase], seed: int, shard: Shard) -> Iterator[Arrival]:
    """In order of time; also in order of number. The seed decides how many there are."""
    count = Count(phases)
    for number, due in _blocks(count, seed):
        first = (shard.index - number) % shard.count
        numbers = range(number + first, number + len(due), shard.count)
        yield from map(Arrival, numbers, count.when(due[first :: shard.count]).tolist())


def how_many(phases: Sequence[Phase], seed: int | None = None) -> int:
    """Flows of the whole run, evenly (no seed) or as a Poisson process."""
    count = Count(phases)
    if seed is None:
        return int(np.ceil(round(count.total, _DIGITS)))
    return sum(len(due) for _, due in _blocks(count, seed))


def _blocks(count: Count, seed: int) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """The number of each block's first flow, and the counts at which its flows are due."""
    chance = Stream(seed, "arrivals")
    number, reached = 0, 0.0
    while True:
        numbers = np.arange(number, number + BLOCK, dtype=np.uint64)
        due = reached + np.cumsum(-np.log1p(-chance.units(numbers)))
        if due[-1] >= count.total:
            yield number, due[due < count.total]
            return
        yield number, due
        number, reached = number + BLOCK, float(due[-1])
