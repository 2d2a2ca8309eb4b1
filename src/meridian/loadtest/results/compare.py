"""Is one run slower than another, or is it noise?

What can be told depends on how much a target's latency wanders. With 60 s at 500 requests a second, a wander of 3 % that
lasts some seconds (autocorrelation 0.8) leaves 99 of 100 pairs of one build the same and finds 99 of 100 that are a tenth
slower; at 4 % it is about 95 of 100 each, and longer runs are needed beyond."""

import math
from collections.abc import Mapping
from typing import Literal

from meridian.loadtest.results.bootstrap import Interval, intervals
from meridian.loadtest.results.comparison import Change, Comparison, Metric
from meridian.loadtest.results.facts import ScenarioFacts, scenario_facts
from meridian.loadtest.results.lateness import too_many
from meridian.loadtest.results.pairs import Pair, pair
from meridian.loadtest.results.part import Part
from meridian.loadtest.results.timeline import Timeline

SMALLEST = {"p50": 0.05, "p95": 0.05, "p99": 0.075, "errors": 0.002}
"""Change below which it is nobody's concern, relative and of the share of errors: two starts of one build differ by some
percent in ways that no look at one of them can tell, and more so in the tail. Of errors a fifth of the usual objective of
1 %."""
FEWEST = 20
"""Seconds that can be compared."""
_ERRORS = "errors"


def compare(before: Part, after: Part) -> Comparison:
    """Deterministic: the same parts give the same answer. Latencies are of what did not fail, outside warm-up."""
    if reason := _unlike(before, after):
        return _incomparable(before, reason)
    timeline = Timeline(scenario_facts(before.scenario).phases, before.seconds)
    seconds = [place for place in range(int(before.seconds)) if not timeline.warm(place)]
    if len(seconds) < FEWEST:
        return _incomparable(before, f"{len(seconds)} s outside warm-up are too short, {FEWEST} s are needed")
    laid = pair(before.record, after.record, seconds)
    if reason := _unfit(laid):
        return _incomparable(before, reason)
    metrics = [_metric(name, found) for name, found in intervals(laid).items()]
    verdict = _overall(metrics)
    return {
        "with": before.id,
        "verdict": verdict,
        "sentence": _sentence(metrics, verdict),
        "metrics": metrics,
    }


def _unlike(before: Part, after: Part) -> str:
    """Why they cannot be compared, from what was asked of them; empty when they can be."""
    one, other = scenario_facts(before.scenario), scenario_facts(after.scenario)
    asked = {
        "scenario": (one.name, other.name),
        "steps": ([each.request for each in before.steps], [each.request for each in after.steps]),
        **_load(before, after, one, other),
        "duration": (before.seconds, after.seconds),
        "number of users": (before.closed, after.closed),
        "HTTP version": (before.http, after.http),
        "phases": (_shape(one.phases), _shape(other.phases)),
    }
    for what, (first, second) in asked.items():
        if first != second:
            return (
                f"their {what} differ"
                if what in ("steps", "phases")
                else f"their {what} differs: {first} and {second}"
            )
    for name, part in (("earlier", before), ("later", after)):
        if part.end != "finished":
            return f"the {name} one was {part.end} before its end"
        if part.missing():
            return f"shards of the {name} one are missing"
    if before.shards != after.shards:
        return "they are different shards"
    return ""


def _load(
    before: Part, after: Part, one: ScenarioFacts, other: ScenarioFacts
) -> Mapping[str, tuple[object, object]]:
    """What says how much was asked: rates where one was given, else scales."""
    if before.rate is None and after.rate is None:
        return {"scale": (before.scale, after.scale)}
    if before.rate == after.rate:
        return {}
    return {"rate": (_rate(before, one), _rate(after, other))}


def _rate(part: Part, facts: ScenarioFacts) -> str:
    """The highest one."""
    top = (
        part.rate if part.rate is not None else max((each.rate or 0.0 for each in facts.phases), default=0.0)
    )
    return f"{top:,g}/s" + ("" if part.rate is not None else f" (scale {part.scale:g})")


def _shape(phases: object) -> str:
    return str(phases)


def _unfit(laid: Pair) -> str:
    for name, side in (("earlier", laid.before), ("later", laid.after)):
        if too_many(side.spoilt, side.due):
            return f"the load generator was late for {side.spoilt:,} requests of the {name} one"
        if not side.ended.sum():
            return f"nothing was answered in the {name} one"
    return ""


def _incomparable(before: Part, reason: str) -> Comparison:
    return {
        "with": before.id,
        "verdict": "unlike",
        "sentence": f"These runs cannot be compared: {reason}",
        "metrics": [],
    }


def _metric(name: str, found: Interval) -> Metric:
    return {
        "name": name,
        "before": _number(found.before),
        "after": _number(found.after),
        "change": _number(found.change),
        "low": _number(found.low),
        "high": _number(found.high),
        "verdict": _verdict(found, SMALLEST[name]),
    }


def _verdict(found: Interval, smallest: float) -> Change:
    """Both sure and worth a word."""
    if found.low > 0 and found.change >= smallest:
        return "slower"
    if found.high < 0 and found.change <= -smallest:
        return "faster"
    return "same"


def _overall(metrics: list[Metric]) -> Literal["same", "slower", "faster"]:
    found = {each["verdict"] for each in metrics}
    return "slower" if "slower" in found else "faster" if "faster" in found else "same"


def _sentence(metrics: list[Metric], verdict: str) -> str:
    told = [each for each in metrics if each["verdict"] == verdict]
    if verdict == "same":
        told = [each for each in metrics if each["name"] == "p95"]
        return f"No difference beyond noise: {_said(told[0])}"
    return f"{verdict.capitalize()}: " + ", ".join(_said(each) for each in told)


def _said(metric: Metric) -> str:
    change, low, high = metric["change"], metric["low"], metric["high"]
    if change is None or low is None or high is None:
        return f"{metric['name']} was not measured"
    unit = " points" if metric["name"] == _ERRORS else " %"
    digits = 2 if metric["name"] == _ERRORS else 1
    numbers = (f"{100 * each:+.{digits}f}" for each in (change, low, high))
    return "{} {}{} ({} to {})".format(metric["name"], next(numbers), unit, *numbers)


def _number(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None
