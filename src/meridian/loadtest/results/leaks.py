"""Whether a process's memory grows without end.

The slope is the median of those of all pairs of points (Theil 1950; Sen 1968), which a garbage collection or a short
burst does not move. It counts as a leak when the growth over the run is more than a twentieth of the process, more than
its memory varies anyhow, and goes on in the run's second half: caches fill at the beginning and then stop."""

import itertools
import statistics
from collections.abc import Mapping, Sequence

from meridian.loadtest.results.summary import Leak

GENERATOR = "load generator"
"""What the names of our own processes begin with: they are no part of the target."""
SHORTEST = 240.0
"""Seconds of memory that say anything about its growth: an edge keeps a little for each user whom it sees for the first time, and
has not seen them all in the first minutes."""
FEWEST = 20
POINTS = 200
"""A slope is taken from so many at most: pairs grow with the square."""
OF_SIZE = 0.05
AT_LEAST = 4 * 2**20
"""Bytes. Allocators take and keep so much at any time."""
NOISE = 3 * 1.4826
GOES_ON = 0.5
"""The slope of the second half, as a share of the whole's."""
MB = 2**20


def leaks(memory: Mapping[str, Sequence[tuple[int, float]]], warm_until: float) -> list[Leak]:
    """memory: process -> (second, bytes). warm_until: seconds after the start before which memory is still being filled.
    Processes that were seen too shortly are left out."""
    found = []
    for name, points in sorted(memory.items()):
        kept = [point for point in points if point[0] >= warm_until]
        if len(kept) >= FEWEST and kept[-1][0] - kept[0][0] >= SHORTEST:
            found.append(_leak(name, kept))
    return found


def worst(found: Sequence[Leak]) -> float | None:
    """MB per hour of the process of the target that leaks most: 0 where growth is not told from noise. None where none
    was seen for long enough."""
    theirs = [each for each in found if not each["name"].startswith(GENERATOR)]
    if not theirs:
        return None
    return max(each["per_hour_bytes"] / MB if each["leaking"] else 0.0 for each in theirs)


def slope(points: Sequence[tuple[int, float]]) -> float:
    """Theil and Sen's, in units a second."""
    few = points[:: max(1, len(points) // POINTS)]
    return statistics.median(
        (second[1] - first[1]) / (second[0] - first[0])
        for first, second in itertools.combinations(few, 2)
        if second[0] > first[0]
    )


def _leak(name: str, points: Sequence[tuple[int, float]]) -> Leak:
    steep = slope(points)
    length = points[-1][0] - points[0][0]
    size = statistics.median(value for _, value in points)
    residuals = [value - steep * at for at, value in points]
    middle = statistics.median(residuals)
    noise = NOISE * statistics.median(abs(each - middle) for each in residuals)
    bound = max(OF_SIZE * size, AT_LEAST, noise)
    leaking = steep * length > bound and slope(points[len(points) // 2 :]) > GOES_ON * steep
    return {
        "name": name,
        "per_hour_bytes": round(steep * 3600),
        "sentence": _said(name, steep * length, length, size, leaking),
        "leaking": leaking,
    }


def _said(name: str, growth: float, length: int, size: float, leaking: bool) -> str:
    if leaking:
        return f"{name} leaks: {growth / MB:.1f} MB more in {length} s, {growth / length * 3600 / MB:.0f} MB an hour, and goes on"
    return f"{name} holds {size / MB:.0f} MB ({growth / MB:+.1f} MB in {length} s): no leak"
