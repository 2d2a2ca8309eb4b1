"""Whether a run's thresholds hold, each with a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meridian.loadtest.outcomes import FAILED
from meridian.loadtest.plan import StepFacts
from meridian.loadtest.record import Key, Record, Second
from meridian.loadtest.results.amounts import amount
from meridian.loadtest.results.capacity import FEWEST
from meridian.loadtest.results.gaps import gaps
from meridian.loadtest.results.leaks import SHORTEST
from meridian.loadtest.results.quantiles import Spread
from meridian.loadtest.results.reading import Reading, Span
from meridian.loadtest.results.recovery import ON_END
from meridian.loadtest.results.summary import Verdict
from meridian.loadtest.scenario.thresholds import LATENCIES, OUTCOMES, Threshold

SHARES: Mapping[str, float] = {
    "p50": 0.5,
    "p75": 0.75,
    "p90": 0.9,
    "p95": 0.95,
    "p99": 0.99,
    "p999": 0.999,
    "max": 1.0,
}


_NEEDS: Mapping[str, str] = {
    "knee": f"too few rates were tried, {FEWEST} steps are needed",
    "recovery": f"nothing upset the target after {ON_END} s in which all was normal",
    "leak": f"no process was watched for long enough, {SHORTEST:.0f} s after the warm-up are needed",
}
"""Measures that a run can be too short for, each with why it cannot tell."""
_SEVERAL = frozenset({"errors", "timeouts", "checks"})


@dataclass(frozen=True, slots=True)
class Whole:
    """What is known of the run as a whole. None where it was not measured. knee: requests a second. recovery: seconds.
    leak: MB an hour. watched: seconds that were left after what upset the target and was not seen to be over; None where
    there was no such thing. tried: whether enough rates were tried to tell a knee."""

    knee: float | None = None
    recovery: float | None = None
    leak: float | None = None
    watched: float | None = None
    tried: bool = False

    def unjudged(self, objective: Threshold) -> str:
        """Why this run cannot tell, and what it would take; empty where it can."""
        measure = objective.measure
        if measure not in _NEEDS or getattr(self, measure) is not None:
            return ""
        if measure == "recovery" and self.watched is not None:
            wanted = objective.bound + ON_END
            if self.watched >= wanted:
                return ""
            return f"it ended {max(self.watched, 0.0):.0f} s after what upset it, {wanted:.0f} s are needed"
        return "" if measure == "knee" and self.tried else _NEEDS[measure]


@dataclass(frozen=True, slots=True)
class Judge:
    """steps: of the plan, whose places are those in the record."""

    record: Record
    reading: Reading
    steps: Sequence[StepFacts]
    whole: Whole

    def verdict(self, objective: Threshold) -> Verdict:
        return verdict(objective, self.value(objective), self.whole.unjudged(objective))

    def value(self, objective: Threshold) -> float | None:
        """In the unit of the objective's bound; None where it was not measured."""
        measure = objective.measure
        if measure == "gap":
            return self._gap(objective)
        if measure in ("knee", "recovery", "leak"):
            found: float | None = getattr(self.whole, measure)
            return found
        spans = self._spans(objective)
        second = Second.together(self.reading.spans[span] for span in spans) if spans else self.reading.judged
        which = self._which(objective)
        if measure in LATENCIES:
            spread = Spread.of(second.latency(which).counts)
            return spread.mean() if measure == "mean" else spread.ms([SHARES[measure]])[0]
        if measure == "rate":
            return self._rate(objective, second, spans)
        wanted = OUTCOMES.get(measure, tuple(FAILED))
        ended = second.count(which)
        return second.count(lambda key: key.outcome in wanted and which(key)) / ended if ended else None

    def _spans(self, objective: Threshold) -> list[Span]:
        return self.reading.timeline.during(objective.phase) if objective.phase else []

    def _which(self, objective: Threshold) -> "_Which":
        step = next((place for place, each in enumerate(self.steps) if each.name == objective.step), -1)
        return _Which(step if objective.step else None, objective.region)

    def _rate(self, objective: Threshold, second: Second, spans: Sequence[Span]) -> float | None:
        """Of those asked for: what was sent. Each second: of a step or region what came to an end, as it is not known of
        requests that were never sent whose they were."""
        if objective.unit == "%":
            return second.sent / second.due if second.due else None
        seconds = float(sum(end - start for start, end in spans)) if spans else self.reading.timeline.judged()
        part = objective.step or objective.region
        n = second.count(self._which(objective)) if part else second.sent
        return n / seconds if seconds else None

    def _gap(self, objective: Threshold) -> float | None:
        """The longest, in milliseconds; 0 where none was conspicuous."""
        regions = (
            [objective.region]
            if objective.region
            else sorted({key.region for key in self.reading.judged.latencies})
        )
        judged = [moment.at for moment in self.reading.moments if not moment.warm]
        if not judged or not regions:
            return None
        spans = self._spans(objective) or [(judged[0], judged[-1] + 1)]
        found = [
            gap.ms
            for region in regions
            for since, until in spans
            for gap in gaps(self.record, region, since, until)
        ]
        return max(found, default=0.0)


@dataclass(frozen=True, slots=True)
class _Which:
    """step: None for all. region: empty for all."""

    step: int | None
    region: str

    def __call__(self, key: Key) -> bool:
        return (self.step is None or key.step == self.step) and (not self.region or key.region == self.region)


def verdict(objective: Threshold, value: float | None, unjudged: str = "") -> Verdict:
    """unjudged: why the run could not tell. What it could have measured and did not does not hold: an objective that nobody
    looked at is no reason to pass."""
    held = None if value is None and unjudged else value is not None and objective.holds(value)
    return {
        "text": objective.text,
        "where": objective.where or "overall",
        "value": None if value is None else round(value, 6),
        "bound": objective.bound,
        "unit": objective.unit,
        "held": held,
        "sentence": _sentence(objective, value, bool(held), unjudged),
    }


def _sentence(objective: Threshold, value: float | None, held: bool, unjudged: str) -> str:
    about = f"{objective.measure} of {objective.where}" if objective.where else objective.measure
    about = about.replace("of in ", "in ").replace("of during ", "during ")
    bound = f"{objective.order} {amount(objective.bound, objective.unit)}"
    several = objective.measure in _SEVERAL
    if value is None and unjudged:
        return f"{about} was not judged ({bound}): {unjudged}"
    if value is None:
        return f"{about} {'were' if several else 'was'} not measured; wanted {bound}"
    now = f"{about} {'are' if several else 'is'} {amount(value, objective.unit)}"
    return f"{now} ({bound})" if held else f"{now}; wanted {bound}"
