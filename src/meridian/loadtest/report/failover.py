"""The failover log: what the system decided beside what clients saw. Pure.

Each step of a scenario's chaos, and each decision of the journal about a location or a region, is one entry for each region whose
users it could have touched. A decision that follows a step about the same location explains it and shares its entry. What nobody
noticed is an entry too, and so is a gap that nobody decided about.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.loadtest.record import Record
from meridian.loadtest.report.effects import BASELINE, LOOK_BACK, Effect, effect, served_by
from meridian.loadtest.report.wording import sentence, unexplained
from meridian.loadtest.results.gaps import Gap, gaps
from meridian.loadtest.results.part import Part
from meridian.loadtest.results.summary import Decision, Failover

FOLLOWS = 30.0
"""Seconds after a step of chaos within which a decision about the same location is about that step."""
HORIZON = 60.0
"""Seconds for which an entry's effects are looked for, unless something else happens to the same location earlier."""
NOTICED_BEFORE = 15.0
"""Seconds that an outage may have gone on before a decision about it: checks have to fail several times."""
TOUCHED = 0.1
"""Share of a region's answers from which on a location's fate is the region's."""
STALLED = 100_000
"""Microseconds by which the generator's own clock was late in a second whose gaps say nothing about the target."""
UNEXPLAINED = 20
"""Gaps without any decision that are listed, the longest first."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """at: seconds after the start. about: a location or region. what: a step of chaos, empty for a decision."""

    at: float
    about: str
    what: str
    decision: Decision | None
    edge: str


def failovers(part: Part, decisions: Sequence[Mapping[str, Any]]) -> list[Failover]:
    """decisions: as `GET /infrastructure/decisions` answers them, in any order; those that are about something else than a location or
    a region of this run are left out. Steps of chaos are the part's own events."""
    record = part.record
    steps = [
        Occasion(each["at"], _about(each["what"]), each["what"], None, "")
        for each in part.events
        if each["by"] == "chaos"
    ]
    places = _places(record) | {step.about for step in steps}
    made = [each for each in _decided(decisions, part) if each.about in places or each.edge in places]
    entries = [
        entry for group in _occasions(steps, made) for entry in _entries(record, group, [*steps, *made])
    ]
    entries += _unexplained(record, entries)
    return sorted(entries, key=lambda entry: (entry["at"], entry["region"]))


def _decided(decisions: Sequence[Mapping[str, Any]], part: Part) -> list[Occasion]:
    found = []
    for raw in decisions:
        at = round((datetime.fromisoformat(raw["at"]) - part.began).total_seconds(), 3)
        if 0 <= at <= part.record.seconds:
            decision: Decision = {"id": raw["id"], "at": at, "sentence": raw["sentence"], "kind": raw["kind"]}
            edge = raw["evidence"].get("edge", "")
            found.append(Occasion(at, raw["subject"], "", decision, edge if isinstance(edge, str) else ""))
    return sorted(found, key=lambda each: each.at)


def _about(what: str) -> str:
    """Of `kill europe-west1` the location."""
    return (what.split()[1:2] or [""])[0]


def _places(record: Record) -> set[str]:
    return {name for _, second in record for pair in second.served for name in pair if name}


def _occasions(
    steps: Sequence[Occasion], made: Sequence[Occasion]
) -> Iterator[tuple[Occasion, list[Occasion]]]:
    """Each step with the decisions that follow it, and each other decision alone: (first cause, decisions)."""
    taken: set[int] = set()
    for step in steps:
        end = min(
            [
                step.at + FOLLOWS,
                *(other.at for other in steps if other.about == step.about and other.at > step.at),
            ]
        )
        following: dict[str, int] = {}
        for place, each in enumerate(made):
            if each.about == step.about and step.at <= each.at < end and place not in taken:
                following.setdefault(
                    each.edge, place
                )  # one edge's first word explains; what it says later stands alone
        taken |= set(following.values())
        yield step, [made[place] for place in following.values()]
    for place, each in enumerate(made):
        if place not in taken:
            yield each, [each]


def _entries(
    record: Record, group: tuple[Occasion, list[Occasion]], every: Sequence[Occasion]
) -> Iterator[Failover]:
    cause, decisions = group
    by_edge = {each.edge: each for each in decisions if each.edge}
    general = next((each for each in decisions if not each.edge), None)
    regions = sorted({*by_edge, *([] if cause.edge else _touched(record, cause))})
    horizon = min(
        [cause.at + HORIZON, float(record.seconds)]
        + [
            each.at
            for each in every
            if each.about == cause.about and each.at > cause.at and each not in decisions
        ]
    )
    look_back = LOOK_BACK if cause.what else NOTICED_BEFORE
    for region in regions or [""]:
        by = by_edge.get(region, general)
        seen = effect(record, region, cause.at, horizon, look_back) if region else None
        yield _entry(cause, by, region, seen)


def _touched(record: Record, cause: Occasion) -> list[str]:
    """Regions a good part of whose users were served by the location, just before or since."""
    found = []
    for region in sorted({home for _, second in record for home, _ in second.served}):
        served = served_by(record, region, cause.at - BASELINE, cause.at)
        if region == cause.about or served.get(cause.about, 0) >= max(1.0, TOUCHED * sum(served.values())):
            found.append(region)
    return found


def _entry(cause: Occasion, by: Occasion | None, region: str, seen: Effect | None) -> Failover:
    return {
        "at": cause.at,
        "decision": by.decision if by else None,
        "region": region,
        "from": seen.before if seen else cause.about,
        "to": seen.after if seen else "",
        "noticed": seen.noticed if seen else None,
        "gap_at": round(seen.gap.since, 3) if seen and seen.gap else None,
        "gap_ms": seen.gap.ms if seen and seen.gap else None,
        "failed": seen.failed if seen else 0,
        "normal_at": seen.normal_at if seen else None,
        "sentence": sentence(
            cause.what or (by.decision["kind"] if by and by.decision else ""), cause.at, region, seen
        ),
    }


def _unexplained(record: Record, entries: Sequence[Failover]) -> list[Failover]:
    """Gaps that belong to no entry, and for which the generator itself is not to blame."""
    found = [
        gap
        for region in sorted({home for _, second in record for home in second.answered})
        for gap in gaps(record, region, 0.0, float(record.seconds))
        if gap.ended and not any(_covers(entry, gap) for entry in entries) and not _stalled(record, gap)
    ]
    return [_alone(record, gap) for gap in sorted(found, key=lambda gap: -gap.ms)[:UNEXPLAINED]]


def _covers(entry: Failover, gap: Gap) -> bool:
    end = entry["normal_at"] if entry["normal_at"] is not None else entry["at"] + HORIZON
    before = min(entry["at"], entry["noticed"]["at"] if entry["noticed"] else entry["at"]) - LOOK_BACK
    return entry["region"] == gap.region and gap.until > before and gap.since <= end


def _stalled(record: Record, gap: Gap) -> bool:
    seconds = [record.second(place) for place in range(int(gap.since), int(gap.until) + 1)]
    return any(second.sent < second.due or second.beat > STALLED for second in seconds)


def _alone(record: Record, gap: Gap) -> Failover:
    seen = effect(record, gap.region, gap.since, gap.until, 0.0)
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
