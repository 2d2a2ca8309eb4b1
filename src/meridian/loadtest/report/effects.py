"""What the users of one region saw around a moment: who answered before and after, what failed, for how long nothing came, and when
everything was as before. Pure, from the record alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from meridian.loadtest.record import Burst, Failure, Record
from meridian.loadtest.results.gaps import Gap, gaps
from meridian.loadtest.results.summary import Noticed

BASELINE = 10
"""Seconds before the moment, which tell what was usual."""
LOOK_BACK = 1.0
"""Seconds before the moment in which a gap may have begun: nothing may have been due just then."""
IN_FLIGHT = 60
"""Seconds before the moment whose requests may still be on their way; the record files them under when they were due."""
UNUSUAL = 2
"""How many times the worst of the seconds before makes a failure unusual."""
TAKES_OVER = 0.5
"""Share of a second's answers from which on a location is the one that serves a region."""
UNSETTLED = 2.0
"""Seconds at the end of what was looked at: what fails still there was not normal again."""


@dataclass(frozen=True, slots=True)
class Effect:
    """before, after: locations; after is empty where nobody else took over. gap: None where nothing unusual was missing. normal_at:
    of the first success after all that was unusual; None where it went on to the end of what was looked at."""

    region: str
    before: str
    after: str
    noticed: Noticed | None
    gap: Gap | None
    failed: int
    normal_at: float | None


def effect(record: Record, region: str, since: float, until: float, look_back: float = LOOK_BACK) -> Effect:
    """Of what happened at `since`, as far as `until`. look_back: seconds before `since` in which it may have begun."""
    start = max(0.0, since - look_back)
    before = served_by(record, region, start - BASELINE, start)
    usual = _main(before)
    broken = list(_unusual(record, region, start, until))
    shift = _shift(record, region, usual, start, until)
    found = [gap for gap in gaps(record, region, start, until) if gap.until > since]
    gap = max(found, key=lambda gap: gap.until - gap.since, default=None)
    signs = [(burst.first, burst.first_number, _words(failure)) for failure, burst in broken]
    if shift:
        signs.append((shift[1].first, shift[1].first_number, f"answered by {shift[0]}"))
    noticed: Noticed | None = None
    if signs:
        first, number, what = min(signs)
        noticed = {"at": first / 1e6, "number": number, "what": what}
    return Effect(
        region,
        usual,
        shift[0] if shift else "",
        noticed,
        gap,
        sum(burst.n for _, burst in broken),
        _normal(record, region, [burst.last / 1e6 for _, burst in broken], gap, shift, until),
    )


def served_by(record: Record, region: str, since: float, until: float) -> Mapping[str, int]:
    """Location -> successes of the region's users among requests that were due then, in whole seconds."""
    found: dict[str, int] = {}
    for place in range(max(0, int(since)), max(0, int(until))):
        for (home, location), burst in record.second(place).served.items():
            if home == region:
                found[location] = found.get(location, 0) + burst.n
    return found


def answered_after(record: Record, region: str, at: float, until: float) -> float | None:
    """When the first success at or after `at` arrived, to the millisecond."""
    ms = int(at * 1000)
    for place in range(ms // 1000, min(int(until) + 1, record.seconds)):
        bits = record.second(place).answered.get(region)
        if bits is None:
            continue
        left = int.from_bytes(bits) & ((1 << (1000 - max(0, ms - place * 1000))) - 1)
        if left:
            return place + (1000 - left.bit_length()) / 1000
    return None


def _main(served: Mapping[str, int]) -> str:
    return max(sorted(served), key=lambda location: served[location], default="")


def _unusual(record: Record, region: str, start: float, until: float) -> Iterator[tuple[Failure, Burst]]:
    """What failed after `start`, where it is more than what failed in the same way before."""
    begin = int(start)
    worst: dict[Failure, int] = {}
    for place in range(max(0, begin - BASELINE), begin):
        for failure, burst in record.second(place).failures.items():
            if burst.last < start * 1e6:
                worst[failure] = max(worst.get(failure, 0), burst.n)
    for place in range(max(0, begin - IN_FLIGHT), min(int(until) + 1, record.seconds)):
        for failure, burst in record.second(place).failures.items():
            within = start * 1e6 <= burst.last and burst.first <= until * 1e6
            if failure.region == region and within and burst.n > UNUSUAL * worst.get(failure, 0):
                yield failure, burst


def _shift(record: Record, region: str, usual: str, start: float, until: float) -> tuple[str, Burst] | None:
    """Who took over, and the burst of answers with which it began."""
    taken = ""
    for place in range(int(start), min(int(until) + 1, record.seconds)):
        served = served_by(record, region, place, place + 1)
        new = _main(served)
        if new and new != usual and served[new] >= TAKES_OVER * sum(served.values()):
            taken = new
            break
    if not taken or not usual:
        return None
    for place in range(int(start), min(int(until) + 1, record.seconds)):
        burst = record.second(place).served.get((region, taken))
        if burst and burst.last >= start * 1e6:
            return taken, burst
    return None


def _normal(
    record: Record,
    region: str,
    failed: list[float],
    gap: Gap | None,
    shift: tuple[str, Burst] | None,
    until: float,
) -> float | None:
    ends = list(failed)
    if gap:
        if not gap.ended:
            return None
        ends.append(gap.until)
    if shift:
        ends.append(shift[1].first / 1e6)
    if not ends or (failed and max(failed) > min(until, record.seconds) - UNSETTLED):
        return None
    return answered_after(record, region, max(ends), until)


def _words(failure: Failure) -> str:
    return f"{failure.outcome}: {failure.detail}" if failure.detail else failure.outcome
