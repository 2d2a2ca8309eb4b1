"""From the record of a run to what people read."""

from collections.abc import Sequence

from meridian.loadtest.results import capacity as carrying
from meridian.loadtest.results import leaks as leaking
from meridian.loadtest.results import series, tables, verdict
from meridian.loadtest.results.comparison import Comparison
from meridian.loadtest.results.facts import scenario_facts
from meridian.loadtest.results.judge import Judge, Whole
from meridian.loadtest.results.part import Part
from meridian.loadtest.results.quantiles import Spread
from meridian.loadtest.results.reading import read
from meridian.loadtest.results.recovery import recovery, watched
from meridian.loadtest.results.summary import Event, Failover, Summary
from meridian.loadtest.results.timeline import Timeline
from meridian.loadtest.results.validity import late_seconds, validity


def summarise(
    part: Part,
    *,
    decisions: Sequence[Event] = (),
    failovers: Sequence[Failover] = (),
    comparison: Comparison | None = None,
) -> Summary:
    """A run that is over. Thresholds and phases are those of the part's scenario. decisions: events of that kind, from
    the journal. Raises InvalidInput when the scenario's facts cannot be read."""
    told = scenario_facts(part.scenario)
    objectives = told.objectives()
    length = _length(part)
    timeline = Timeline(told.phases, length)
    stairs = carrying.stairs(told.phases)
    named = [span for each in objectives if each.phase for span in timeline.during(each.phase)]
    reading = read(part.record, timeline, [*stairs, *named])

    judged, seconds = reading.judged, timeline.judged()
    valid = validity(reading, part.missing())
    curve = carrying.capacity([(span, reading.spans[span]) for span in stairs], carrying.allowed(objectives))
    again = recovery(reading.moments, told.phases, part.events, length)
    warm_until = max((phase.end for phase in told.phases if phase.warm_up), default=0.0)
    memory = leaking.leaks(reading.memory, warm_until)
    whole = Whole(
        curve["knee_rate"] if curve else None,
        again["seconds"] if again else None,
        leaking.worst(memory),
        watched(reading.moments, told.phases, part.events, length),
        curve is not None,
    )
    judge = Judge(part.record, reading, part.steps, whole)
    thresholds = [judge.verdict(each) for each in objectives]
    state = verdict.state(part, valid, thresholds)

    latency = Spread.of(judged.latency().counts).latency()
    requests = judged.count()
    errors = tables.share(judged.failed(), requests)
    asked = tables.per_second(judged.due, seconds) if seconds else tables.per_second(reading.due, length)
    rate = tables.per_second(requests, seconds) if seconds else tables.per_second(reading.ended, length)
    numbers = verdict.numbers(requests, rate, latency["p95"], errors)
    return {
        "id": part.id,
        "name": told.name,
        "title": told.title,
        "kind": told.kind,
        "target": part.target,
        "state": state,
        "sentence": verdict.sentence(part, state, valid, thresholds, numbers),
        "began": part.began.isoformat(),
        "ended": part.ended.isoformat(),
        "seed": part.seed,
        "scale": part.scale,
        "duration": round(length, 3),
        "shards": len(part.shards),
        "processes": part.processes,
        "http": part.http,
        "asked": {"requests": reading.due, "rate": asked},
        "achieved": {"requests": reading.ended, "rate": rate},
        "waiting": max(0, reading.sent - reading.ended),
        "validity": valid,
        "latency": latency,
        "outcomes": tables.outcomes(judged),
        "errors": errors,
        "steps": tables.steps(judged, part.steps, seconds),
        "regions": tables.regions(judged, seconds),
        "locations": tables.locations(judged),
        "versions": tables.versions(judged, seconds),
        "thresholds": thresholds,
        "checks": tables.checks(reading, told, part.steps),
        "phases": timeline.told(),
        "events": sorted([*part.events, *decisions], key=lambda each: each["at"]),
        "series": series.series(reading, frozenset(late_seconds(reading))),
        "heatmap": series.heatmap(reading),
        "crashes": series.crashes(reading, part.steps),
        "failovers": list(failovers),
        "capacity": curve,
        "recovery": again,
        "leaks": memory,
        "resources": series.resources(reading),
        "comparison": comparison,
    }


def _length(part: Part) -> float:
    """Seconds for which requests were asked: of a run that was ended, those until then."""
    if part.end == "finished":
        return part.seconds
    return min(part.seconds, max(1.0, (part.ended - part.began).total_seconds()))
