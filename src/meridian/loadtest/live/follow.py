"""Follows a record while it grows: each second costs the seconds in which answers still come, not the whole run."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from meridian.loadtest.live.tally import Tally
from meridian.loadtest.record import Record, Second
from meridian.loadtest.results.lateness import lag_ms, late

SHOWN = 300
"""Seconds of the past that a view shows."""
RECENT = 10
"""Seconds that "now" is made from: a second alone has too few requests for a percentile."""


@dataclass(frozen=True, slots=True)
class Point:
    """One second as a chart shows it. lag_ms: the generator's own delay at its 99th percentile. late: whether that was too
    much."""

    at: int
    tally: Tally
    lag_ms: float
    late: bool

    @classmethod
    def of(cls, at: int, second: Second) -> "Point":
        return cls(at, Tally.of(second), round(lag_ms(second), 3), late(second))


@dataclass(slots=True)
class Follow:
    """keep: seconds for which an answer is waited for; a second that is older does not change any more. warm_up: seconds at the
    start that `measured` and `late` leave out. late: seconds in which the generator was."""

    keep: float
    warm_up: float = 0.0
    points: deque[Point] = field(default_factory=lambda: deque(maxlen=SHOWN))
    whole: Tally = field(default_factory=Tally)
    measured: Tally = field(default_factory=Tally)
    late: int = 0
    _settled: int = 0
    _late: int = 0
    _whole: Tally = field(default_factory=Tally)
    _measured: Tally = field(default_factory=Tally)
    _past: deque[Point] = field(default_factory=lambda: deque(maxlen=SHOWN))

    def look(self, record: Record, second: int) -> None:
        """Reads what is new. second: whole seconds since the start; that one is not over yet and is left out of the points."""
        until = max(second, 0)
        settled = max(self._settled, until - int(self.keep) - 2)
        for at in range(self._settled, settled):
            self._settle(Point.of(at, record.second(at)))
        self._settled = settled
        young = [Point.of(at, record.second(at)) for at in range(settled, max(until, record.seconds))]
        self.whole = Tally.together([self._whole, *(each.tally for each in young)])
        fresh = [each.tally for each in young if each.at >= self.warm_up]
        self.measured = Tally.together([self._measured, *fresh])
        self.late = self._late + sum(each.late for each in young if self.warm_up <= each.at < until)
        self.points = deque([*self._past, *(each for each in young if each.at < until)], maxlen=SHOWN)

    def recent(self, seconds: int = RECENT) -> Tally:
        """Of the last seconds that are over."""
        return Tally.together(each.tally for each in list(self.points)[-seconds:])

    def last(self) -> Point | None:
        return self.points[-1] if self.points else None

    def shown(self) -> Sequence[Point]:
        return tuple(self.points)

    def _settle(self, point: Point) -> None:
        self._past.append(point)
        self._whole.merge(point.tally)
        if point.at >= self.warm_up:
            self._measured.merge(point.tally)
            self._late += point.late
