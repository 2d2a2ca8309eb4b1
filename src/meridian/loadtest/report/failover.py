"""The failover log: what the system decided beside what clients saw. Pure.

Each step of a scenario's chaos, and each decision of the journal about a location or a region, is one entry for each
region whose users it could have touched. A decision that follows a step about the same location explains it and shares
its entry. What nobody noticed is an entry too, and so is a gap that nothing explains where it is long enough to tell
something and the generator was not late itself. Gaps that something explains are told however short they are,
and where another location took over there is always one: the longest wait for an answer about that time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.loadtest.report.effects import BEFORE, Effect, effect
from meridian.loadtest.report.watched import Region, watched
from meridian.loadtest.report.wording import sentence, unexplained
from meridian.loadtest.results.gaps import Gap, Seconds
from meridian.loadtest.results.part import Part
from meridian.loadtest.results.summary import Decision, Event, Failover

FOLLOWS = 30.0
"""Seconds after a step of chaos within which a decision about the same location is about that step."""
HORIZON = 60.0
"""Seconds for which an entry's effects are looked for, unless something else happens to the same location earlier."""
STEP_BEFORE, DECISION_BEFORE = 0.0, 15.0
"""Seconds before an entry in which its effects may have begun: checks fail several times before anything is decided."""
TOUCHED = 0.1
"""Share of a region's answers from which on a location's fate is the region's."""
UNEXPLAINED = 5
"""Gaps without an explanation that are listed, the longest first."""
TELLING, TIMES_USUAL = 0.5, 20.0
"""Seconds, and times the usual interval at that rate, that a gap without an explanation has to be longer than: a busy
machine makes shorter ones by itself."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """at: seconds after the start. about: a location or region. what: a step of chaos, empty for a decision. edge: the
    region whose edge decided, empty where no edge did."""

    at: float
    about: str
    what: str
    edge: str
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Case:
    """An occasion, as far as one region's users are concerned; region is empty where none are. decision: the one that
    explains it."""

    cause: Occasion
    decision: Decision | None
    region: str


def failovers(part: Part, decisions: Iterable[Mapping[str, Any]]) -> list[Failover]:
    """decisions: as `GET /infrastructure/decisions` answers them, in any order; those that are about something else than a
    location or a region of this run are left out. Steps of chaos are the part's own events."""
    return log(part.record, part.began, part.events, decisions)


def log(
    record: Seconds, began: datetime, events: Iterable[Event], decisions: Iterable[Mapping[str, Any]]
) -> list[Failover]:
    """The same of a run that need not be over. record: as much of it as is wanted. events: those by others than chaos are
    left out."""
    regions = watched(record)
    steps = [
        Occasion(each["at"], _about(each["what"]), each["what"], "", None)
        for each in events
        if each["by"] == "chaos"
    ]
    names = {step.about for step in steps} | set(regions)
    names |= {
        name for region in regions.values() for served in region.served.values() for name in served if name
    }
    made = [each for each in _decided(decisions, began, record.seconds) if each.about in names]
    cases = [
        case for cause, following in _occasions(steps, made) for case in _cases(regions, cause, following)
    ]
    entries = [_entry(regions, case, cases) for case in cases]
    entries += _unexplained(regions, entries)
    return sorted(entries, key=lambda entry: (entry["at"], entry["region"]))


def _decided(decisions: Iterable[Mapping[str, Any]], began: datetime, seconds: int) -> list[Occasion]:
    found = []
    for raw in decisions:
        at = round((datetime.fromisoformat(raw["at"]) - began).total_seconds(), 3)
        if 0 <= at <= seconds:
            decision: Decision = {"id": raw["id"], "at": at, "sentence": raw["sentence"], "kind": raw["kind"]}
            found.append(Occasion(at, raw["subject"], "", str(raw["evidence"].get("edge", "")), decision))
    return sorted(found, key=lambda each: each.at)


def _about(what: str) -> str:
    """Of `kill europe-west1` the location."""
    return (what.split()[1:2] or [""])[0]


def _occasions(
    steps: Sequence[Occasion], made: Sequence[Occasion]
) -> Iterator[tuple[Occasion, Sequence[Occasion]]]:
    """Each step with the first decision of each edge that follows it, and each other decision alone."""
    taken: set[int] = set()
    for step in steps:
        later = [other.at for other in steps if other.about == step.about and other.at > step.at]
        end = min([step.at + FOLLOWS, *later])
        first: dict[str, int] = {}
        for place, each in enumerate(made):
            if place not in taken and each.about == step.about and step.at <= each.at < end:
                first.setdefault(each.edge, place)
        taken |= set(first.values())
        yield step, [made[place] for place in first.values()]
    for place, each in enumerate(made):
        if place not in taken:
            yield each, [each]


def _cases(regions: Mapping[str, Region], cause: Occasion, following: Sequence[Occasion]) -> Iterator[Case]:
    by_edge = {each.edge: each.decision for each in following}
    touched = [] if cause.edge else [region.name for region in regions.values() if _touches(cause, region)]
    for name in sorted({*touched, *(edge for edge in by_edge if edge)}) or [""]:
        yield Case(cause, by_edge.get(name, by_edge.get("")), name)


def _touches(cause: Occasion, region: Region) -> bool:
    served = region.locations(cause.at - BEFORE, cause.at)
    return cause.about == region.name or served.get(cause.about, 0) >= max(
        1.0, TOUCHED * sum(served.values())
    )


def _entry(regions: Mapping[str, Region], case: Case, cases: Sequence[Case]) -> Failover:
    cause, decision, region = case.cause, case.decision, regions.get(case.region)
    seen = effect(region, cause.at, *_window(case, cases)) if region else None
    gap = (seen.gap or seen.wait) if seen else None
    return {
        "at": cause.at,
        "decision": decision,
        "region": case.region,
        "from": seen.before if seen else cause.about,
        "to": seen.after if seen else "",
        "noticed": seen.noticed if seen else None,
        "gap_at": round(gap.since, 3) if gap else None,
        "gap_ms": gap.ms if gap else None,
        "failed": seen.failed if seen else 0,
        "normal_at": seen.normal_at if seen else None,
        "sentence": sentence(
            cause.what or (decision["kind"] if decision else ""), cause.at, seen, case.region
        ),
    }


def _window(case: Case, cases: Sequence[Case]) -> tuple[float, float]:
    """(until, start): when what belongs to a case may have begun. Cases about the same location and region share no moment."""
    cause = case.cause
    others = [
        each.cause.at for each in cases if each.region == case.region and each.cause.about == cause.about
    ]
    until = min([cause.at + HORIZON, *(at for at in others if at > cause.at)])
    before = STEP_BEFORE if cause.what else DECISION_BEFORE
    if any(cause.at - HORIZON <= at < cause.at for at in others):
        before = 0.0
    return until, max(0.0, cause.at - before)


def _unexplained(regions: Mapping[str, Region], entries: Sequence[Failover]) -> list[Failover]:
    """Gaps that belong to no entry."""
    found = [
        (region, gap)
        for region in regions.values()
        for gap in region.gaps
        if gap.ended and _telling(region, gap) and not any(_covers(entry, gap) for entry in entries)
    ]
    return [_alone(*each) for each in sorted(found, key=lambda each: -each[1].ms)[:UNEXPLAINED]]


def _telling(region: Region, gap: Gap) -> bool:
    if gap.until - gap.since <= max(TELLING, TIMES_USUAL * gap.usual):
        return False
    return region.late.isdisjoint(range(int(gap.since), int(gap.until) + 1))


def _covers(entry: Failover, gap: Gap) -> bool:
    if entry["region"] != gap.region or not (entry["noticed"] or entry["gap_ms"] is not None):
        return False
    end = entry["normal_at"] if entry["normal_at"] is not None else entry["at"] + HORIZON
    start = min(entry["at"], entry["noticed"]["at"] if entry["noticed"] else entry["at"])
    return gap.until > start and gap.since <= end


def _alone(region: Region, gap: Gap) -> Failover:
    seen: Effect = effect(region, gap.since, gap.until, gap.since)
    return {
        "at": round(gap.since, 3),
        "decision": None,
        "region": gap.region,
        "from": seen.before,
        "to": seen.after,
        "noticed": seen.noticed,
        "gap_at": round(gap.since, 3),
        "gap_ms": gap.ms,
        "failed": seen.failed,
        "normal_at": round(gap.until, 3),
        "sentence": unexplained(gap),
    }
