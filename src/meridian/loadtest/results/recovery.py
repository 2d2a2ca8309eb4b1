"""How long until all was normal again after a spike, or after what was broken.

Normal is what p95 and errors were before: within 10 %, and three times as much as they varied from second to second (by the
median absolute deviation, which a few bad seconds do not move), for five seconds on end. Up to 100 ms nobody notices: a
second of few requests, all but one answered in 5 ms, must not count as upset.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from meridian.loadtest.results.amounts import amount
from meridian.loadtest.results.capacity import UNNOTICED
from meridian.loadtest.results.facts import PhaseFacts
from meridian.loadtest.results.reading import Moment
from meridian.loadtest.results.summary import Event, Recovery

WITHIN = 1.1
DEVIATIONS = 3 * 1.4826
"""Of a normal distribution the median absolute deviation times 1.4826 is the standard deviation."""
ON_END = 5
"""Seconds."""
BASELINE = 60
"""Seconds before, at most, that tell what is normal."""
ERRORS = 0.005
"""More errors than before that are normal all the same: a request or two in a second of few hundreds."""
MENDS = frozenset({"restore", "undrain"})


@dataclass(frozen=True, slots=True)
class Upset:
    """began: when it was over with what is normal; ended: from when on the target could recover; seconds after the start.
    what: as people call it."""

    began: float
    ended: float
    what: str


@dataclass(frozen=True, slots=True)
class Normal:
    """p95: milliseconds; errors: share; both at most."""

    p95: float
    errors: float

    def holds(self, moment: Moment) -> bool:
        if moment.p95 is None:
            return False
        return moment.p95 <= self.p95 and moment.failed <= self.errors * moment.ended


def recovery(
    moments: Sequence[Moment], phases: Sequence[PhaseFacts], events: Sequence[Event], seconds: float
) -> Recovery | None:
    """The longest there was. seconds: for which requests were asked. None where nothing was upset."""
    upsets = _upsets(phases, events)
    if not upsets:
        return None
    normal = _normal(moments, min(upset.began for upset in upsets))
    if normal is None:
        return {
            "seconds": None,
            "sentence": "It is not known what is normal: fewer than 5 s were measured before",
        }
    asked = [moment for moment in moments if moment.at < seconds]
    found = [(upset, _back(asked, upset, normal)) for upset in upsets]
    for upset, back in found:
        if back is None:
            return {
                "seconds": None,
                "sentence": f"Not normal again after {upset.what} for {ON_END} s on end "
                f"(p95 at most {normal.p95:.0f} ms, errors at most {amount(normal.errors, '%')})",
            }
    upset, back = max(found, key=lambda each: each[1] or 0.0)
    return {
        "seconds": back,
        "sentence": f"Normal again {back:.0f} s after {upset.what} (p95 at most {normal.p95:.0f} ms)",
    }


def watched(
    moments: Sequence[Moment], phases: Sequence[PhaseFacts], events: Sequence[Event], seconds: float
) -> float | None:
    """Seconds that were left of the run after what upset the target and was not seen to be over, the longest there were;
    None where all was normal again, and where nobody knows what is normal."""
    upsets = _upsets(phases, events)
    normal = _normal(moments, min(upset.began for upset in upsets)) if upsets else None
    if normal is None:
        return None
    asked = [moment for moment in moments if moment.at < seconds]
    return max(
        (seconds - upset.ended for upset in upsets if _back(asked, upset, normal) is None), default=None
    )


def _upsets(phases: Sequence[PhaseFacts], events: Sequence[Event]) -> list[Upset]:
    found = [
        Upset(phase.start, phase.end, f"the end of {phase.name}")
        for phase in phases
        if phase.shape == "spike" and not phase.warm_up
    ]
    chaos = sorted((event for event in events if event["by"] == "chaos"), key=lambda each: each["at"])
    breaks = [event for event in chaos if _verb(event) not in MENDS]
    for event in breaks:
        mend = next((other for other in chaos if other["at"] > event["at"] and _mends(other, event)), None)
        end = mend or event
        found.append(Upset(event["at"], end["at"], f"`{end['what']}`"))
    return found


def _verb(event: Event) -> str:
    return event["what"].split(" ")[0]


def _mends(mend: Event, event: Event) -> bool:
    about = event["what"].split(" ")[1:2]
    return _verb(mend) in MENDS and mend["what"].split(" ")[1:2] in (about, ["all"])


def _normal(moments: Sequence[Moment], began: float) -> Normal | None:
    before = [each for each in moments if not each.warm and each.at + 1 <= began and each.ended][-BASELINE:]
    p95s = [each.p95 for each in before if each.p95 is not None]
    if len(p95s) < ON_END:
        return None
    errors = [each.failed / each.ended for each in before]
    return Normal(max(_most(p95s), UNNOTICED), _most(errors) + ERRORS)


def _most(values: Sequence[float]) -> float:
    middle = statistics.median(values)
    return WITHIN * middle + DEVIATIONS * statistics.median(abs(value - middle) for value in values)


def _back(moments: Sequence[Moment], upset: Upset, normal: Normal) -> float | None:
    """Seconds from the upset's end to the first of the good ones."""
    row = 0
    for moment in moments:
        if moment.at + 1 <= upset.ended:
            continue
        row = row + 1 if normal.holds(moment) else 0
        if row == ON_END:
            return max(0.0, moment.at - ON_END + 1 - upset.ended)
    return None
