"""What a run's record says while it still grows: the pictures and verdicts that a Summary has, as measured until now.

A second is read for good once no answer to its requests can come any more; the few younger ones are read again each time.
So an hour's run costs as little to tell of as a minute's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from meridian.loadtest.live.heat import Heat, rows
from meridian.loadtest.live.window import KEPT, Window
from meridian.loadtest.plan import Shard, StepFacts
from meridian.loadtest.record import Key, Record, Second
from meridian.loadtest.report.failover import log
from meridian.loadtest.results import series, tables
from meridian.loadtest.results.facts import ScenarioFacts
from meridian.loadtest.results.gaps import gaps
from meridian.loadtest.results.judge import Judge, Whole, verdict
from meridian.loadtest.results.reading import Reading, note
from meridian.loadtest.results.summary import Crash, Event, Failover
from meridian.loadtest.results.timeline import Timeline
from meridian.loadtest.results.validity import validity
from meridian.loadtest.scenario.thresholds import Threshold

MOST_CRASHES = 30
CRASH_COLUMNS = 60
LATE_NAMED = 300
"""Late seconds that are named, the newest."""
MOST_FAILOVERS = 40
OPEN = 60.0
"""Seconds after which an entry of the failover log is final."""
COARSE = 4
"""Neighbouring buckets of a record that are one here: 0.4 % wide."""
LOGGED = 3
"""Every how many times the failover log is looked through: it takes as long as all the rest."""
SILENCE = 40
"""Seconds that are looked through for gaps each time."""
ARRIVING = 2
"""Seconds whose answers may still be on their way from the processes that send: no silence in them is one yet."""


@dataclass(slots=True)
class SoFar:
    """keep: seconds for which an answer is waited for. seconds: of the whole run."""

    facts: ScenarioFacts
    steps: Sequence[StepFacts]
    shard: Shard
    seconds: float
    keep: float
    _settled: int = 0
    _reading: Reading = field(init=False)
    _heat: Heat = field(init=False)
    _window: Window = field(default_factory=Window)
    _objectives: Sequence[Threshold] = field(init=False)
    _longest: dict[int, float] = field(default_factory=dict)
    _failovers: list[Failover] = field(default_factory=list)
    _times: int = 0

    def __post_init__(self) -> None:
        timeline = Timeline(self.facts.phases, self.seconds)
        self._objectives = self.facts.objectives()
        spans = [span for each in self._objectives if each.phase for span in timeline.during(each.phase)]
        self._reading = Reading(timeline, spans={span: Second() for span in spans})
        self._heat = Heat(self.seconds)

    def look(self, record: Record, second: int) -> None:
        """Reads for good what does not change any more. second: whole seconds since the start."""
        for at in range(self._settled, max(self._settled, second - int(self.keep) - 2)):
            found = record.second(at)
            self._window.put(at, found)
            short = without_places(found)
            note(self._reading, at, short)
            self._heat.add(at, short)
            self._settled = at + 1

    def told(
        self,
        record: Record,
        second: int,
        began: datetime,
        events: Sequence[Event] = (),
        decisions: Iterable[Mapping[str, Any]] = (),
    ) -> dict[str, Any]:
        """Parts of a Summary. events, decisions: as `failover.log` wants them. Call `look` before."""
        reading, young = self._reading.copy(), []
        for at in range(self._settled, max(second, 0)):
            found = record.second(at)
            if at < second - ARRIVING:
                self._window.put(at, found)
            short = without_places(found)
            note(reading, at, short)
            young.append((at, rows(short)))
        elapsed = min(self.seconds, max(float(second), 0.0))
        reading.timeline = Timeline(self.facts.phases, elapsed)
        if self._times % LOGGED == 0:
            self._log(second, began, events, decisions)
        self._times += 1
        found_valid = self._valid(reading)
        due = any(moment.due for moment in reading.moments)
        return {
            "phases": self._reading.timeline.told(),
            "thresholds": [self._verdict(number, reading) for number in range(len(self._objectives))],
            "checks": tables.checks(reading, self.facts, self.steps),
            "heatmap": self._heat.told(young),
            "crashes": [self._narrow(each) for each in series.crashes(reading, self.steps)[:MOST_CRASHES]],
            "failovers": self._failovers[-MOST_FAILOVERS:],
            **({"validity": found_valid | _late(found_valid["late_seconds"])} if due else {}),
        }

    def _valid(self, reading: Reading) -> dict[str, Any]:
        """valid: None while there is only warm-up, of which nothing is judged."""
        found = validity(reading, ())
        if any(moment.due for moment in reading.moments if not moment.warm):
            return {**found}
        return {**found, "valid": None, "sentence": "warming up: nothing is judged yet"}

    def _verdict(self, number: int, reading: Reading) -> dict[str, Any]:
        """As of a run that is over; what cannot be said yet is neither held nor broken."""
        objective = self._objectives[number]
        value = self._value(number, objective, reading)
        if value is None:
            return {**verdict(objective, None), "held": None, "sentence": "not known yet"}
        return {**verdict(objective, value)}

    def _value(self, number: int, objective: Threshold, reading: Reading) -> float | None:
        alone = self.shard.count == 1
        if objective.measure == "gap":
            return self._gap(number, objective, reading) if alone else None
        if objective.measure == "rate" and objective.unit == "/s":
            spans = reading.timeline.during(objective.phase) if objective.phase else []
            if not alone or any(end > reading.timeline.seconds for _, end in spans):
                return None
        return Judge(Record(), reading, self.steps, Whole()).value(objective)

    def _gap(self, number: int, objective: Threshold, reading: Reading) -> float | None:
        """The longest until now, in milliseconds."""
        judged = [moment.at for moment in reading.moments[:-ARRIVING] if not moment.warm]
        regions = sorted({key.region for key in reading.judged.latencies})
        if not judged or not regions:
            return None
        spans = reading.timeline.during(objective.phase) if objective.phase else [(0, judged[-1] + 1)]
        start = float(max(judged[0], judged[-1] - SILENCE))
        for region in [objective.region] if objective.region else regions:
            for since, until in spans:
                span = max(float(since), start), min(float(until), judged[-1] + 1.0)
                for gap in gaps(self._window, region, *span) if span[0] < span[1] else ():
                    self._longest[number] = max(self._longest.get(number, 0.0), gap.ms)
        return self._longest.get(number, 0.0)

    def _log(
        self,
        second: int,
        began: datetime,
        events: Sequence[Event],
        decisions: Iterable[Mapping[str, Any]],
    ) -> None:
        """Entries of the last minute are made anew, as more becomes known of them."""
        final, known = second - OPEN, second - KEPT + 30.0
        recent = [each for each in events if each["at"] >= known]
        made = log(self._window, began, recent, decisions)
        self._failovers = [each for each in self._failovers if each["at"] < final]
        self._failovers += [each for each in made if each["at"] >= final]

    def _narrow(self, crash: Crash) -> Crash:
        """With no more columns than are drawn."""
        width = max(1, round(self.seconds / CRASH_COLUMNS))
        by_time: dict[int, int] = {}
        for at, n in crash["by_time"]:
            start = int(at) - int(at) % width
            by_time[start] = by_time.get(start, 0) + n
        return {**crash, "by_time": list(by_time.items())}


def without_places(second: Second) -> Second:
    """The same within 0.2 %, without who answered and with which version, which nothing here asks for: a tenth of the work."""
    latencies: dict[Key, dict[int, int]] = {}
    for key, counts in second.latencies.items():
        mine = latencies.setdefault(Key(key.step, key.region, "", "", key.outcome), {})
        for place, n in counts.items():
            near = place - place % COARSE + COARSE // 2
            mine[near] = mine.get(near, 0) + n
    return replace(second, latencies=latencies, served={}, answered={}, resources={})


def _late(seconds: Sequence[int]) -> dict[str, Any]:
    return {"late_seconds": list(seconds)[-LATE_NAMED:]}
