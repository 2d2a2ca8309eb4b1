"""How many requests come to each edge, from the counters that edges report every two seconds. Time comes in from outside."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

WINDOW = 15.0
"""Seconds over which requests are counted, so that noise moves nothing."""
RECENT = 4.0
"""Seconds that tell a large change from noise; two reports."""
LARGE = 0.05
"""Part of a region's requests by which the recent must differ from the window's for what is older to be forgotten."""
SILENT = 10.0
"""Seconds without a report after which an edge counts as gone."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one edge. rate: requests a second, None while it has reported only once. counted: the requests that this
    was worked out from. held: the part of limits that it says it holds; None where it was never told."""

    rate: float | None = None
    counted: int = 0
    held: float | None = None


@dataclass(frozen=True, slots=True)
class _Point:
    """at: monotonic seconds. total: requests since this meter has known the edge, whatever its own counter did."""

    at: float
    total: int


@dataclass(slots=True)
class _Edge:
    """life: of its agent. counter: what it said last."""

    life: str
    counter: int
    held: float | None
    points: list[_Point]

    def count(self, life: str, counter: int, at: float) -> None:
        """A counter that is lower than before has begun anew, with a new Envoy. An agent that has begun anew says 0 until it has
        asked its Envoy, which may be an old one; so its first number is where counting begins."""
        if life != self.life:
            self.life, self.counter = life, 0
        more = counter - self.counter if counter >= self.counter else counter
        if not self.counter:
            more = 0
        self.counter = counter
        self.points.append(_Point(at, self.points[-1].total + more))

    def since(self, seconds: float) -> tuple[float, int]:
        """Requests a second, and requests, over at least so many seconds before the last report, where there are so many."""
        last = self.points[-1]
        first = next((each for each in reversed(self.points) if last.at - each.at >= seconds), self.points[0])
        counted = last.total - first.total
        return counted / max(last.at - first.at, 0.001), counted

    def forget(self, seconds: float) -> None:
        """What was longer than so many seconds before the last report, but for the point from which the others count."""
        before = self.points[-1].at - seconds
        begins = max((number for number, point in enumerate(self.points) if point.at <= before), default=0)
        del self.points[:begins]


@dataclass(slots=True)
class Meter:
    """The edges of one region. since: when the first of them was heard of."""

    since: float = math.inf
    _edges: dict[str, _Edge] = field(default_factory=dict)

    def hear(self, instance: str, life: str, requests: int, held: float | None, at: float) -> None:
        """life: of the edge's agent, another after each of its starts. requests: the edge's own counter of them. held: see
        `Seen`."""
        self.since = min(self.since, at)
        known = self._edges.get(instance)
        if known is None:
            self._edges[instance] = _Edge(life, requests, held, [_Point(at, 0)])
            return
        known.held = held
        known.count(life, requests, at)
        known.forget(WINDOW)

    def instances(self, now: float) -> tuple[str, ...]:
        """Those that are there now; the others are forgotten."""
        for name in [name for name, edge in self._edges.items() if now - edge.points[-1].at > SILENT]:
            del self._edges[name]
        return tuple(sorted(self._edges))

    def seen(self, now: float) -> Mapping[str, Seen]:
        names = self.instances(now)
        if self._changed(names):
            for name in names:
                self._edges[name].forget(RECENT)
        return {name: _seen(self._edges[name]) for name in names}

    def _changed(self, names: tuple[str, ...]) -> bool:
        """Whether requests come to other edges than they did: by more than `LARGE`, and than four standard deviations of so few
        requests."""
        recent = {name: self._edges[name].since(RECENT) for name in names}
        whole = {name: self._edges[name].since(WINDOW) for name in names}
        now, before = (sum(rate for rate, _ in each.values()) for each in (recent, whole))
        counted = sum(count for _, count in recent.values())
        if not now or not before or not counted:
            return False
        for name in names:
            share, usual = recent[name][0] / now, whole[name][0] / before
            if abs(share - usual) > max(LARGE, 4 * math.sqrt(usual * (1 - usual) / counted)):
                return True
        return False


def _seen(edge: _Edge) -> Seen:
    if len(edge.points) < 2:
        return Seen(held=edge.held)
    rate, counted = edge.since(WINDOW)
    return Seen(round(rate, 3), counted, edge.held)
