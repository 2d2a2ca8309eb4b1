"""What the users of one region saw from a moment on: what failed beyond the usual, who took over, for how long nothing
came, and when all was as before, latency too. Pure.

Something always fails somewhere. So failures count as an effect only where there are more of a kind than there were
before, and where they come in a burst: with several others, at once after the moment, or about a gap or a change of
location.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from meridian.loadtest.record import Burst, Failure
from meridian.loadtest.report.watched import Region
from meridian.loadtest.results.gaps import Gap
from meridian.loadtest.results.summary import Noticed

BEFORE = 10
"""Seconds that tell which location served a region."""
LATELY, SURE, SURELY = 2.0, 10, 0.9
"""Seconds, answers and share of them that tell it beyond doubt."""
USUAL = 30
"""Seconds that tell how often something fails anyway."""
UNUSUAL = 2
"""A kind of failure is unusual where there are more than so many times those of a bad one of these seconds."""
IN_FLIGHT = 60
"""Seconds before the moment whose requests may still be on their way; the record files them under when they were due."""
QUIET = 5.0
"""Seconds without anything unusual that end a burst."""
PROMPT, NEAR = 3.0, 10.0
"""Seconds after the moment in which a single failure counts, and in which a gap does."""
FEWEST = 3
"""Seconds with answers that tell which latency is normal."""
LAST_SUCCESS = 1.0
"""Seconds that may have gone by without a success before the moment."""
SEVERAL = 5
"""Failures that make a burst by themselves."""
AROUND = 2.0
"""Seconds before and after a change of location in which the longest wait for a success is its own."""
WITHIN, DEVIATIONS = 1.25, 3 * 1.4826
"""How far above the median of the seconds before a second's p95 is normal: a quarter, and three standard deviations more
(1.4826 times the median absolute deviation)."""
ON_END = 2
"""Seconds that have to be normal one after the other."""
TAKES_OVER = 0.5
"""Share of a second's answers from which on a location is the one that serves a region."""


@dataclass(frozen=True, slots=True)
class Effect:
    """before, after: locations; after is empty where nobody else took over. gap: None where nothing unusual was missing.
    wait: the longest interval between two successes about a change of location, also where it was usual; None where there
    was none. normal_at: of the first success after all that was unusual, latency too; None where nothing was, or where it
    went on to the end of the run."""

    region: str
    before: str
    after: str
    noticed: Noticed | None
    gap: Gap | None
    failed: int
    normal_at: float | None
    wait: Gap | None = None


@dataclass(slots=True)
class Spell:
    """Unusual failures that follow one another. start, end: seconds."""

    start: float
    end: float
    bursts: list[tuple[Failure, Burst]] = field(default_factory=list)

    @property
    def n(self) -> int:
        return sum(burst.n for _, burst in self.bursts)


def effect(region: Region, since: float, until: float, start: float) -> Effect:
    """Of what happened at `since`. start: from when on what is seen may belong to it; until: up to when it may have begun."""
    usual = _before(region, start)
    shift = _shift(region, usual, start, until)
    near = [gap for gap in region.gaps if gap.until > start and _began(gap, start, min(until, since + NEAR))]
    gap = max(near, key=lambda gap: gap.ms, default=None)
    anchors = [since, *([gap.since, gap.until] if gap else []), *([shift[1].first / 1e6] if shift else [])]
    spells = [each for each in _spells(region, start) if each.start < until and _counts(each, anchors)]
    signs = [
        (burst.first, burst.first_number, _words(failure))
        for each in spells
        for failure, burst in each.bursts
    ]
    if shift:
        signs.append((shift[1].first, shift[1].first_number, f"answered by {shift[0]}"))
    first, number, what = min(signs, default=(0, 0, ""))
    return Effect(
        region.name,
        usual,
        shift[0] if shift else "",
        {"at": round(first / 1e6, 3), "number": number, "what": what} if what else None,
        gap,
        sum(each.n for each in spells),
        _normal(region, spells, gap, shift, start),
        _wait(region, since, shift[1].first / 1e6, start) if shift else None,
    )


def _before(region: Region, start: float) -> str:
    """Who served before: lately, where that is beyond doubt, as traffic may have moved a moment ago; and the first to
    answer at all where the run had hardly begun."""
    lately = region.locations(start - LATELY, start)
    if (n := sum(lately.values())) >= SURE and max(lately.values()) >= SURELY * n:
        return max(lately, key=lambda location: lately[location])
    if found := _main(region, start - BEFORE, start):
        return found
    first = min(region.served, default=region.end)
    return _main(region, first, first + 1.0) if start - first < 1 else ""


def _wait(region: Region, since: float, shifted: float, start: float) -> Gap | None:
    """From what happened, or the decision about it, to who took over."""
    first, last = min(since, shifted), max(since, shifted)
    if last - first > NEAR:
        first = last = shifted
    return region.longest(max(first - AROUND, start - LAST_SUCCESS), last + AROUND) or region.longest(
        0.0, float(region.end)
    )


def _began(gap: Gap, start: float, until: float) -> bool:
    """A gap counts from the last success before it, which may have come a while before what caused it."""
    return start - max(LAST_SUCCESS, 10 * gap.usual) <= gap.since <= until


def _main(region: Region, since: float, until: float) -> str:
    """The location that served most; of equals the first by name."""
    found = region.locations(since, until)
    return max(sorted(found), key=lambda location: found[location], default="")


def _shift(region: Region, usual: str, start: float, until: float) -> tuple[str, Burst] | None:
    """Who took over, and the answers with which it began."""
    seconds = range(int(start), min(int(until) + 1, region.end))
    taken = ""
    for second in seconds:
        found = region.locations(second, second + 1)
        new = _main(region, second, second + 1)
        if usual and new and new != usual and found[new] >= TAKES_OVER * sum(found.values()):
            taken = new
            break
    bursts = (region.served.get(second, {}).get(taken) for second in seconds)
    first = next((burst for burst in bursts if burst and burst.last >= start * 1e6), None)
    return (taken, first) if first else None


def _spells(region: Region, start: float) -> Sequence[Spell]:
    """In order of time, those that begin at or after `start`."""
    made: list[Spell] = []
    for failure, burst in sorted(_unusual(region, start), key=lambda each: each[1].first):
        first, last = burst.first / 1e6, burst.last / 1e6
        if not made or first > made[-1].end + QUIET:
            made.append(Spell(first, last))
        made[-1].end = max(made[-1].end, last)
        made[-1].bursts.append((failure, burst))
    return made


def _unusual(region: Region, start: float) -> Iterator[tuple[Failure, Burst]]:
    usual = _usual(region, start)
    for second in range(max(0, int(start) - IN_FLIGHT), region.end):
        for failure, burst in region.failures.get(second, {}).items():
            if burst.first >= start * 1e6 and burst.n > UNUSUAL * usual.get(failure, 0):
                yield failure, burst


def _usual(region: Region, start: float) -> Mapping[Failure, int]:
    """Failures of each kind in a bad second before `start`: four of five seconds had no more."""
    seconds = range(max(0, int(start) - USUAL), int(start))
    counts: dict[Failure, list[int]] = defaultdict(list)
    for second in seconds:
        for failure, burst in region.failures.get(second, {}).items():
            counts[failure].append(burst.n)
    worst = len(seconds) // 5
    return {
        failure: sorted(found, reverse=True)[worst] for failure, found in counts.items() if len(found) > worst
    }


def _counts(spell: Spell, anchors: Sequence[float]) -> bool:
    about = any(spell.start - PROMPT <= anchor <= spell.end + PROMPT for anchor in anchors)
    return about or spell.n >= SEVERAL


def _normal(
    region: Region, spells: Sequence[Spell], gap: Gap | None, shift: tuple[str, Burst] | None, start: float
) -> float | None:
    ends = [spell.end for spell in spells]
    if gap:
        if not gap.ended:
            return None
        ends.append(gap.until)
    if shift:
        ends.append(shift[1].first / 1e6)
    return _quick(region, start, max(ends)) if ends else None


def _quick(region: Region, start: float, end: float) -> float | None:
    """The first success at or after `end` from which on p95 is what it was before `start`. p95 is known by the second in
    which requests were due: after one that was slow, all is normal from the next one on."""
    before = [region.p95[at] for at in range(max(0, int(start) - USUAL), int(start)) if at in region.p95]
    if len(before) < FEWEST:
        return region.answered_after(end)
    middle = statistics.median(before)
    most = WITHIN * middle + DEVIATIONS * statistics.median(abs(each - middle) for each in before)
    for second in range(int(end), region.end):
        if all(region.p95.get(at, 0.0) <= most for at in range(second, second + ON_END)):
            return region.answered_after(max(end, float(second)))
    return None


def _words(failure: Failure) -> str:
    return f"{failure.outcome}: {failure.detail}" if failure.detail else failure.outcome
