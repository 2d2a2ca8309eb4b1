"""What is known of a run at one moment: what the terminal draws and what control is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from meridian.loadtest.live.follow import RECENT, Point
from meridian.loadtest.live.tally import Row, Tally
from meridian.loadtest.plan import StepFacts
from meridian.loadtest.results.summary import Event
from meridian.loadtest.runs import Facts

SHARES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p999": 0.999, "max": 1.0}


@dataclass(frozen=True, slots=True)
class View:
    """second: whole seconds since the start; below 0 while the start is awaited. recent: of the last seconds that are over;
    measured: of all outside warm-up; whole: of all. late: seconds in which the generator itself was late. lag_ms: its longest
    delay in the last second. next_chaos: (seconds after the start, sentence). events: what happened so far, the oldest first.
    trouble: what befell the generator, or why control is not told, as sentences. more: other parts of a Summary, for control
    alone, as they were a moment ago."""

    id: str
    facts: Facts
    shard: int
    steps: Sequence[StepFacts]
    second: int
    waiting: int
    connections: int
    lag_ms: float
    late: int
    recent: Tally
    measured: Tally
    whole: Tally
    points: Sequence[Point]
    phase: str = ""
    next_chaos: tuple[float, str] | None = None
    events: Sequence[Event] = ()
    trouble: Sequence[str] = ()
    stopping: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asked(self) -> float:
        """Requests a second that were due lately."""
        return self.recent.due / self.over

    @property
    def achieved(self) -> float:
        """Requests a second, of those that were due lately, that came to an end."""
        return self.recent.whole.requests / self.over

    @property
    def over(self) -> int:
        """Seconds that `recent` is made from."""
        return max(1, min(RECENT, len(self.points)))

    @property
    def sentence(self) -> str:
        """How it goes, in at most 140 characters."""
        if self.stopping:
            return f"{self.stopping}; {self.waiting:,} answers are waited for"[:140]
        if self.second < 0:
            return f"begins in {-self.second} s"
        row = self.measured.whole
        if not row.requests:
            n = self.whole.whole.requests
            said = f"warming up, {n:,} answered, nothing is judged yet" if n else "nothing was answered yet"
            return f"{self.second} of {self.facts.seconds:.0f} s; {said}"
        errors = row.errors or 0.0
        return (
            f"{self.second} of {self.facts.seconds:.0f} s; {row.requests:,} answered, p95 {row.ms(0.95):.0f} ms, "
            f"errors {errors:.2%}"
        )[:140]


def told(view: View) -> dict[str, Any]:
    """As control is told it: the part of a Summary that is known while a run goes on."""
    measured, whole = view.measured, view.whole
    elapsed = max(1, min(view.second, int(view.facts.seconds)))
    return {
        "second": view.second,
        "asked": {"requests": whole.due, "rate": round(view.asked, 1)},
        "achieved": {"requests": whole.whole.requests, "rate": round(view.achieved, 1)},
        "waiting": view.waiting,
        "connections": view.connections,
        "validity": {
            "valid": view.late <= elapsed * 0.01,
            "sentence": f"the generator was late in {view.late} of {elapsed} s" if view.late else "",
            "late_seconds": [],
            "worst_lag_ms": view.lag_ms,
            "sent": whole.sent,
            "due": whole.due,
        },
        "latency": latency(measured.whole),
        "outcomes": dict(measured.outcomes),
        "errors": measured.whole.errors,
        "steps": [
            {
                **_row(fact.name, measured.steps.get(place, Row()), elapsed),
                "service": fact.service,
                "request": fact.request,
            }
            for place, fact in enumerate(view.steps)
        ],
        "regions": [_row(name, row, elapsed) for name, row in sorted(measured.regions.items())],
        "events": list(view.events)[-100:],
        "phase": view.phase,
        "next_chaos": {"at": view.next_chaos[0], "sentence": view.next_chaos[1]} if view.next_chaos else None,
        "series": series(view.points),
        "trouble": list(view.trouble)[:10],
        **view.more,
    }


def latency(row: Row) -> dict[str, float | None]:
    return {name: row.ms(share) for name, share in SHARES.items()}


def series(points: Sequence[Point]) -> dict[str, Any]:
    """The last seconds, one value for each."""
    regions = sorted({region for point in points for region in point.tally.regions})
    return {
        "step": 1,
        "at": [point.at for point in points],
        "asked": [point.tally.due for point in points],
        "achieved": [point.tally.whole.requests for point in points],
        "errors": [point.tally.whole.errors for point in points],
        **{
            name: [point.tally.whole.ms(SHARES[name]) for point in points]
            for name in ("p50", "p95", "p99", "max")
        },
        "lag_ms": [point.lag_ms for point in points],
        "late": [point.late for point in points],
        "by_region": {region: _region(region, points) for region in regions},
    }


def _region(region: str, points: Sequence[Point]) -> dict[str, Any]:
    rows = [point.tally.regions.get(region, Row()) for point in points]
    return {
        "achieved": [row.requests for row in rows],
        "p95": [row.ms(0.95) for row in rows],
        "errors": [row.errors for row in rows],
    }


def _row(name: str, row: Row, seconds: int) -> dict[str, Any]:
    return {
        "name": name,
        "requests": row.requests,
        "rate": round(row.requests / seconds, 1),
        "errors": row.errors,
        "latency": latency(row),
    }
