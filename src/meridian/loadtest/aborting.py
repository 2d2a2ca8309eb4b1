"""Looks each second whether a rule of the scenario ends the run early."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from meridian.loadtest.outcomes import FAILED
from meridian.loadtest.plan import StepFacts
from meridian.loadtest.record import Key, Record, Second
from meridian.loadtest.scenario.aborts import Abort
from meridian.loadtest.scenario.thresholds import LATENCIES, OUTCOMES, Threshold

SHARES = {"max": 1.0, "p999": 0.999}


@dataclass(slots=True)
class Aborting:
    """keep: seconds for which answers are waited for: a second that is older does not change any more."""

    rules: Sequence[Abort]
    steps: Sequence[StepFacts]
    keep: float
    _settled: list[dict[int, bool]] = field(default_factory=list)

    def look(self, record: Record, second: int) -> str:
        """Which rule ends the run, as a sentence; empty: none. second: whole seconds since the start; that one is not over."""
        for place, rule in enumerate(self.rules):
            while len(self._settled) <= place:
                self._settled.append({})
            if at := self._held(self._settled[place], rule, record, second):
                return f"`{rule.text}` came true at {at} s"
        return ""

    def _held(self, settled: dict[int, bool], rule: Abort, record: Record, second: int) -> int:
        """When the rule was true for long enough; 0: it was not."""
        needed = max(1, round(rule.seconds))
        in_a_row = 0
        for at in range(max(0, second - needed - int(self.keep) - 2), second):
            true = settled.get(at)
            if true is None:
                true = holds(rule.when, record.second(at), self.steps)
                if at < second - self.keep - 2:
                    settled[at] = true
            in_a_row = in_a_row + 1 if true else 0
            if in_a_row >= needed:
                return at + 1
        return 0


def holds(when: Threshold, second: Second, steps: Sequence[StepFacts]) -> bool:
    """Whether it is true of one second. Where nothing was measured, nothing is true."""
    found = measured(when, second, steps)
    return found is not None and when.holds(found)


def measured(what: Threshold, second: Second, steps: Sequence[StepFacts]) -> float | None:
    """In the unit of its bound; None without requests."""

    def about(key: Key) -> bool:
        return (not what.region or key.region == what.region) and (
            not what.step or steps[key.step].name == what.step
        )

    if what.measure == "rate":
        if what.unit == "%":
            return second.sent / second.due if second.due else None
        return float(second.sent)
    n = second.count(about)
    if not n:
        return None
    if what.measure in LATENCIES:
        latency = second.latency(about)
        if what.measure == "mean":
            return None if (mean := latency.mean()) is None else mean / 1000
        return latency.ms(SHARES.get(what.measure) or int(what.measure[1:]) / 100)
    outcomes = FAILED if what.measure == "errors" else frozenset(OUTCOMES[what.measure])
    return second.count(lambda key: key.outcome in outcomes and about(key)) / n
