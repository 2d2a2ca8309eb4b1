"""Simulated runs: what a load test would have written down, made with numpy in milliseconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meridian.loadtest.outcomes import ERROR, OK
from meridian.loadtest.plan import Shard, StepFacts
from meridian.loadtest.record import Key, Record, Second, Usage
from meridian.loadtest.results.part import Part

BEGAN = datetime(2030, 1, 1, tzinfo=UTC)
STEPS = (StepFacts("swipe", "feed", "POST /v1/swipe"), StepFacts("chat", "chat", "POST /v1/chat"))


@dataclass(frozen=True)
class Shape:
    """A simulated target. median: milliseconds; sigma: of the logarithm. drift: standard deviation of the slow part of the
    logarithm of a second's latency, which is an AR(1) of `memory`. errors: share."""

    rate: int = 500
    seconds: int = 60
    median: float = 40.0
    sigma: float = 0.5
    drift: float = 0.05
    memory: float = 0.8
    errors: float = 0.002
    slower: float = 1.0


def phase(
    name: str, start: float, end: float, rate: float = 500.0, *, warm_up: bool = False, shape: str = "rate"
) -> dict[str, Any]:
    told = {"name": name, "from": start, "to": end, "warm_up": warm_up, "rate": rate}
    return {**told, "shape": shape, "rates": [[rate, rate]]}


def scenario(
    *thresholds: str, phases: Sequence[Mapping[str, Any]] = (), checks: Sequence[str] = ()
) -> dict[str, Any]:
    return {
        "name": "swipe",
        "title": "100K concurrent swipes",
        "kind": "load",
        "phases": list(phases) or [phase("hold", 0, 60)],
        "thresholds": [_threshold(text) for text in thresholds],
        "steps": [{"name": "swipe", "checks": list(checks)}, {"name": "chat", "checks": []}],
    }


def part(record: Record, facts: Mapping[str, Any] | None = None, **changes: Any) -> Part:
    made = Part(
        id="run-1",
        shards=(Shard(),),
        scenario=facts if facts is not None else scenario(),
        target="local",
        seed=7,
        scale=1.0,
        rate=None,
        seconds=60.0,
        closed=0,
        timeout=10.0,
        http=1,
        processes=2,
        steps=STEPS,
        began=BEGAN,
        ended=BEGAN + timedelta(seconds=61),
        record=record,
    )
    return replace(made, **changes)


def simulated(shape: Shape, seed: int) -> Record:
    """Evenly due requests of a target whose latency wanders."""
    chance = np.random.default_rng(seed)
    n = shape.rate * shape.seconds
    wander = _wander(chance, shape)
    slow = np.repeat(wander, shape.rate)
    micros = (
        np.exp(np.log(shape.median * 1000) + slow + shape.sigma * chance.standard_normal(n)) * shape.slower
    )
    places = buckets(micros.astype(np.int64)).reshape(shape.seconds, shape.rate)
    wrong = (chance.random(n) < shape.errors).reshape(shape.seconds, shape.rate)
    record = Record(keep=shape.seconds)
    for at in range(shape.seconds):
        second = Second(due=shape.rate, sent=shape.rate, lag={300: shape.rate})
        for outcome, chosen in ((OK, ~wrong[at]), (ERROR, wrong[at])):
            if chosen.any():
                second.latencies[Key(0, "EU", "eu-1", "v1", outcome)] = _counts(places[at][chosen])
        record.add(at, second)
    return record


def steady(
    seconds: int = 60, rate: int = 100, ms: float = 20.0, region: str = "EU", into: Record | None = None
) -> Record:
    """Successes that all take as long, told one by one, with nothing wrong."""
    record = into if into is not None else Record()
    for number in range(seconds * rate):
        due = number / rate
        record.due(due)
        record.sent(due, 0.0002)
        record.sample(due, due + ms / 1000, Key(0, region, f"{region.lower()}-1", "v1", OK), number)
    return record


def memory(record: Record, name: str, sizes: Sequence[float]) -> None:
    """sizes: bytes resident, second by second."""
    for at, size in enumerate(sizes):
        record.add(at, Second(resources={name: Usage(1, 250, int(size))}))


def buckets(micros: NDArray[np.int64]) -> NDArray[np.int64]:
    """`MICROSECONDS.bucket` of many values at once."""
    shift = np.maximum(np.frexp(micros.astype(np.float64))[1] - 10, 0)
    return shift * 512 + (micros >> shift)


def _counts(places: NDArray[np.int64]) -> dict[int, int]:
    found, counts = np.unique(places, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _wander(chance: np.random.Generator, shape: Shape) -> NDArray[np.float64]:
    steps = chance.standard_normal(shape.seconds) * shape.drift * np.sqrt(1 - shape.memory**2)
    found = np.empty(shape.seconds)
    now = chance.standard_normal() * shape.drift
    for at, step in enumerate(steps):
        now = shape.memory * now + step
        found[at] = now
    return found


def _threshold(text: str) -> dict[str, Any]:
    from meridian.loadtest.scenario.thresholds import threshold

    read = threshold(text)
    return {"text": text, "line": 3, "where": read.where, "bound": read.bound, "unit": read.unit}
