"""One pass over a record, second by second, so that an hour never lies unpacked in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from meridian.loadtest.outcomes import FAILED, OK
from meridian.loadtest.record import Burst, Failure, Record, Second, Usage
from meridian.loadtest.results.lateness import lag_ms, late, spoilt
from meridian.loadtest.results.quantiles import Spread
from meridian.loadtest.results.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Moment:
    """What is kept of each second. ok, failed, ended: requests due in it that succeeded, failed, came to an end. p95:
    milliseconds, of all. lag: 99th percentile of the generator's own delay, in milliseconds. late: whether the second
    counts as late. spoilt: requests due in it for which the generator was."""

    at: int
    warm: bool
    due: int
    sent: int
    ok: int
    failed: int
    ended: int
    p95: float | None
    lag: float
    late: bool
    spoilt: int
    trouble: Sequence[str]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Several seconds, as one point of a series. by_region: home region -> (requests, failed, latencies)."""

    at: int
    seconds: int
    due: int
    ended: int
    failed: int
    spread: Spread
    by_region: dict[str, tuple[int, int, Spread]]
    resources: dict[str, Usage]


Span = tuple[int, int]
"""The first second, and the one after the last."""


@dataclass(slots=True)
class Reading:
    """moments, stretches: in order of time. judged: the sum of the seconds outside warm-up, as far as `_sum` goes. spans:
    the sums of the spans that were asked for, likewise without warm-up. failures: of the whole run; judged_failures: how
    many outside warm-up; failed_at: how many were due from which second on, in steps of the timeline. memory: process ->
    (second, bytes resident)."""

    timeline: Timeline
    moments: list[Moment] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    judged: Second = field(default_factory=Second)
    spans: dict[Span, Second] = field(default_factory=dict)
    failures: dict[Failure, Burst] = field(default_factory=dict)
    judged_failures: dict[Failure, int] = field(default_factory=dict)
    failed_at: dict[Failure, dict[int, int]] = field(default_factory=dict)
    memory: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    def copy(self) -> "Reading":
        """To be read further without changing this one; without stretches."""
        return Reading(
            self.timeline,
            moments=list(self.moments),
            judged=Second.together([self.judged]),
            spans={span: Second.together([second]) for span, second in self.spans.items()},
            failures={failure: burst.copy() for failure, burst in self.failures.items()},
            judged_failures=dict(self.judged_failures),
            failed_at={failure: dict(at) for failure, at in self.failed_at.items()},
            memory={name: list(sizes) for name, sizes in self.memory.items()},
        )

    @property
    def due(self) -> int:
        return sum(moment.due for moment in self.moments)

    @property
    def sent(self) -> int:
        return sum(moment.sent for moment in self.moments)

    @property
    def ended(self) -> int:
        """Requests that came to an end."""
        return sum(moment.ended for moment in self.moments)


def read(record: Record, timeline: Timeline, spans: Iterable[Span] = ()) -> Reading:
    made = Reading(timeline, spans={span: Second() for span in spans})
    step = timeline.step
    for start in range(0, record.seconds, step):
        together = Second()
        for place in range(start, min(start + step, record.seconds)):
            second = record.second(place)
            note(made, place, second)
            _sum(together, second)
        made.stretches.append(_stretch(start, step, together))
    return made


def note(made: Reading, place: int, second: Second) -> None:
    """Reads one more second, as far as `moments`, sums and failures go."""
    warm = made.timeline.warm(place)
    moment = _moment(place, warm, second)
    made.moments.append(moment)
    if not warm:
        _sum(made.judged, second)
        for span, together in made.spans.items():
            if span[0] <= place < span[1]:
                _sum(together, second)
    start = place - place % made.timeline.step
    for failure, burst in second.failures.items():
        if (known := made.failures.get(failure)) is None:
            made.failures[failure] = burst.copy()
        else:
            known.merge(burst)
        at = made.failed_at.setdefault(failure, {})
        at[start] = at.get(start, 0) + burst.n
        if not warm:
            made.judged_failures[failure] = made.judged_failures.get(failure, 0) + burst.n
    for name, usage in second.resources.items():
        made.memory.setdefault(name, []).append((place, usage.rss / max(usage.n, 1)))


def _moment(place: int, warm: bool, second: Second) -> Moment:
    ok = failed = ended = 0
    for key, counts in second.latencies.items():
        n = sum(counts.values())
        ended += n
        ok += n if key.outcome == OK else 0
        failed += n if key.outcome in FAILED else 0
    spread = Spread.of(second.latency().counts)
    trouble = tuple(second.trouble)
    return Moment(
        place,
        warm,
        second.due,
        second.sent,
        ok,
        failed,
        ended,
        spread.ms([0.95])[0],
        lag_ms(second),
        late(second),
        spoilt(second),
        trouble,
    )


def _sum(together: Second, second: Second) -> None:
    """Without what grows with every second and what nobody reads in a sum."""
    together.merge(
        Second(latencies=second.latencies, due=second.due, sent=second.sent, resources=second.resources)
    )


def _stretch(at: int, seconds: int, together: Second) -> Stretch:
    by_region = {}
    for region in sorted({key.region for key in together.latencies}):
        counts = together.latency(lambda key, region=region: key.region == region).counts  # type: ignore[misc]
        spread = Spread.of(counts)
        failed = together.failed(lambda key, region=region: key.region == region)  # type: ignore[misc]
        by_region[region] = (spread.n, failed, spread)
    return Stretch(
        at,
        seconds,
        together.due,
        together.count(),
        together.failed(),
        Spread.of(together.latency().counts),
        by_region,
        together.resources,
    )
