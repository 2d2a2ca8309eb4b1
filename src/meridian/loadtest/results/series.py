"""The run over time: series, heatmap, crash map, resources."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from meridian.loadtest.plan import StepFacts
from meridian.loadtest.results.quantiles import MIDDLES
from meridian.loadtest.results.reading import Reading, Stretch
from meridian.loadtest.results.summary import Crash, Heatmap, Process, RegionSeries, Resources, Series
from meridian.loadtest.results.tables import per_second, share, step_name

ROWS = 60
"""Of a heatmap: as many as can be told apart."""


def series(reading: Reading, late: frozenset[int]) -> Series:
    """late: seconds in which the generator was."""
    points = shown(reading)
    step = reading.timeline.step
    lags = dict.fromkeys(range(0, len(reading.moments), step), 0.0)
    for moment in reading.moments:
        start = moment.at - moment.at % step
        lags[start] = max(lags[start], moment.lag)
    percentiles = [point.spread.ms((0.5, 0.95, 0.99, 1.0)) for point in points]
    regions = sorted({region for point in points for region in point.by_region})
    return {
        "step": step,
        "at": [point.at for point in points],
        "asked": [per_second(point.due, point.seconds) for point in points],
        "achieved": [per_second(point.ended, point.seconds) for point in points],
        "errors": [share(point.failed, point.ended) if point.ended else None for point in points],
        "p50": [each[0] for each in percentiles],
        "p95": [each[1] for each in percentiles],
        "p99": [each[2] for each in percentiles],
        "max": [each[3] for each in percentiles],
        "lag_ms": [round(lags[point.at], 3) for point in points],
        "late": [any(at in late for at in range(point.at, point.at + step)) for point in points],
        "by_region": {region: _region(region, points) for region in regions},
    }


def heatmap(reading: Reading) -> Heatmap:
    points = shown(reading)
    bounds = _bounds(points)
    row_of = np.minimum(np.searchsorted(bounds, MIDDLES), max(len(bounds) - 1, 0))
    counts = []
    for point in points:
        rows = np.bincount(row_of[point.spread.places], point.spread.counts, minlength=len(bounds))
        counts.append([int(n) for n in rows])
    return {
        "at": [point.at for point in points],
        "step": reading.timeline.step,
        "bounds_ms": [float(bound) for bound in bounds],
        "counts": counts,
    }


def crashes(reading: Reading, facts: Sequence[StepFacts]) -> list[Crash]:
    """The most frequent first."""
    ranked = sorted(reading.failures.items(), key=lambda each: (-each[1].n, each[0]))
    return [
        {
            "region": failure.region,
            "service": facts[failure.step].service if failure.step < len(facts) else "",
            "step": step_name(failure.step, facts),
            "outcome": failure.outcome,
            "detail": failure.detail,
            "n": burst.n,
            "first": burst.first / 1e6,
            "last": burst.last / 1e6,
            "by_time": sorted(reading.failed_at[failure].items()),
        }
        for failure, burst in ranked
    ]


def resources(reading: Reading) -> Resources:
    points = [point for point in reading.stretches if point.resources]
    names = sorted({name for point in points for name in point.resources})
    return {"at": [point.at for point in points], "processes": [_process(name, points) for name in names]}


def shown(reading: Reading) -> list[Stretch]:
    """Up to the last in which a request was due; what comes later are answers to those."""
    points = reading.stretches
    last = max((number for number, point in enumerate(points) if point.due or point.ended), default=-1)
    return points[: last + 1]


def _region(region: str, points: Sequence[Stretch]) -> RegionSeries:
    found = [point.by_region.get(region) for point in points]
    return {
        "achieved": [
            per_second(each[0], point.seconds) if each else 0.0
            for each, point in zip(found, points, strict=True)
        ],
        "p95": [each[2].ms([0.95])[0] if each else None for each in found],
        "errors": [share(each[1], each[0]) if each else None for each in found],
    }


def _bounds(points: Sequence[Stretch]) -> NDArray[np.float64]:
    """Milliseconds: the upper bounds of rows that rise evenly on a logarithmic scale from the fastest to the slowest."""
    if not (measured := [point.spread.places for point in points if len(point.spread.places)]):
        return np.empty(0)
    fastest = MIDDLES[min(int(places[0]) for places in measured)]
    slowest = MIDDLES[max(int(places[-1]) for places in measured)]
    low, high = math.log10(max(fastest, 0.001)), math.log10(max(slowest, 0.001))
    finest = 1 / 40  # of a decade: 6 %, so that a run of one latency is not drawn as sixty
    rows = max(1, min(ROWS, math.ceil((high - low) / finest)))
    bounds = 10 ** np.linspace(low, high, rows + 1)[1:]
    rounded: NDArray[np.float64] = np.array([float(f"{bound:.4g}") for bound in bounds])
    return rounded


def _process(name: str, points: Sequence[Stretch]) -> Process:
    used = [point.resources.get(name) for point in points]
    return {
        "name": name,
        "cpu": [round(each.cpu / each.n / 1000, 3) if each and each.n else None for each in used],
        "rss": [round(each.rss / each.n) if each and each.n else None for each in used],
    }
