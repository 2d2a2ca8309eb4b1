"""What the target carries at which rate, and the highest rate at which it keeps up.

The knee is the last rate, counted from the lowest, up to which the target answered 98 % of what was asked without
failure, with no more errors and no slower than allowed. Jain calls it the usable capacity (The Art of Computer Systems
Performance Analysis, 1991, chapter 3). Kneedle (Satopää and others, 2011) was not taken: it finds a knee in every curve
that bends at all, also where the target had not reached its limit, and where it puts it depends on which rates were
tried."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from meridian.loadtest.record import Second
from meridian.loadtest.results.amounts import amount
from meridian.loadtest.results.facts import PhaseFacts
from meridian.loadtest.results.quantiles import Spread
from meridian.loadtest.results.reading import Span
from meridian.loadtest.results.summary import Capacity, Point
from meridian.loadtest.results.tables import per_second, share
from meridian.loadtest.results.timeline import whole
from meridian.loadtest.scenario.thresholds import Threshold

KEEPS_UP = 0.98
SLOWER = 3.0
"""Where the scenario has no bound for p95: how many times that at the lowest rate."""
UNNOTICED = 100.0
"""Milliseconds up to which that is no bound: nobody notices (Nielsen, Usability Engineering, 1993, chapter 5), and a target that
answers in 5 ms is not at its limit when a neighbour on its machine makes that 20."""
ERRORS = 0.01
"""Where it has none for errors."""
FEWEST = 3
"""Rates that make a curve."""
RAMP_PARTS = 20
SHORTEST = 3.0
"""Seconds of a ramp that a point is made from, at least."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """p95: milliseconds; None: `SLOWER` times that at the lowest rate. errors: share."""

    p95: float | None
    errors: float


def allowed(objectives: Sequence[Threshold]) -> Allowed:
    """The strictest of what must hold overall. Of latencies, where only steps have bounds, the loosest of these: the rates are
    judged by the latency of all steps together."""
    overall = [each for each in objectives if not each.where]
    p95 = [each.bound for each in overall if each.measure == "p95"]
    errors = [each.bound for each in overall if each.measure == "errors"]
    of_steps = [
        each.bound
        for each in objectives
        if each.measure == "p95" and each.step and not each.region and not each.phase
    ]
    return Allowed(min(p95, default=max(of_steps, default=None)), min(errors, default=ERRORS))


def stairs(phases: Sequence[PhaseFacts]) -> list[Span]:
    """Stretches of one rate each: the parts of phases with steps, pieces of ramps, and phases that hold a rate. Empty
    where there are too few to draw a curve."""
    found: list[Span] = []
    if not any(phase.shape in ("steps", "ramp") for phase in phases if not phase.warm_up):
        return found
    for phase in phases:
        if phase.warm_up or not phase.rates:
            continue
        length = phase.end - phase.start
        n = len(phase.rates)
        if phase.shape == "ramp":
            n = max(1, min(RAMP_PARTS, int(length / SHORTEST)))
        bounds = [phase.start + length * number / n for number in range(n + 1)]
        found += [whole(start, end) for start, end in itertools.pairwise(bounds)]
    return found if len(found) >= FEWEST else []


def capacity(spans: Sequence[tuple[Span, Second]], bounds: Allowed) -> Capacity | None:
    """None where fewer than three rates were tried."""
    points = sorted(
        (_point(span, second) for span, second in spans if second.due), key=lambda each: each["rate"]
    )
    if len(points) < FEWEST:
        return None
    p95 = bounds.p95 if bounds.p95 is not None else _slower(points[0]["p95"])
    knee: Point | None = None
    for point in points:
        if wrong := _wrong(point, p95, bounds.errors):
            return {
                "knee_rate": knee["rate"] if knee else None,
                "sentence": _said(knee, point, wrong),
                "points": points,
            }
        knee = point
    top = points[-1]["rate"]
    sentence = f"It kept up with {top:.0f}/s, the most that was asked: its knee is higher"
    return {"knee_rate": top, "sentence": sentence, "points": points}


def _slower(lowest: float | None) -> float:
    return max(UNNOTICED, SLOWER * lowest) if lowest else math.inf


def _point(span: Span, second: Second) -> Point:
    seconds = span[1] - span[0]
    ended, failed = second.count(), second.failed()
    p50, p95, p99 = Spread.of(second.latency().counts).ms((0.5, 0.95, 0.99))
    return {
        "rate": per_second(second.due, seconds),
        "achieved": per_second(ended - failed, seconds),
        "p50": p50,
        "p95": p95,
        "p99": p99,
        "errors": share(failed, ended),
    }


def _wrong(point: Point, p95: float, errors: float) -> str:
    """Why this rate is not carried; empty when it is."""
    if point["errors"] > errors:
        return f"errors were {amount(point['errors'], '%')}"
    if point["p95"] is None or point["achieved"] < KEEPS_UP * point["rate"]:
        return f"only {point['achieved']:.0f}/s were answered well"
    if point["p95"] > p95:
        return f"p95 was {point['p95']:.0f} ms (at most {p95:.0f} ms)"
    return ""


def _said(knee: Point | None, point: Point, wrong: str) -> str:
    if knee is None:
        return f"It did not keep up even with {point['rate']:.0f}/s, the least that was asked: {wrong}"
    return f"It kept up with {knee['rate']:.0f}/s; at {point['rate']:.0f}/s {wrong}"
