"""The last 15 minutes of every edge in control's memory. Lossy and fast: what counts for good is in history.

Edges say what happened each second (`Feature.live`); control adds what it observes itself. Each process of control has one ring,
filled by the edges that talk to it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meridian.core.clock import Clock
from meridian.feature import Control
from meridian.telemetry.cube import Cube, Where
from meridian.telemetry.kinds import KINDS, Kind
from meridian.telemetry.live.columns import Block, block
from meridian.telemetry.live.lane import DETAIL, KEPT, SPAN, Lane
from meridian.telemetry.live.rows import block_of

SETTLE = 1
"""Seconds: edges tell each second what was, so the present second and the one before are not complete."""
AHEAD = 2
"""Seconds by which an edge's clock may differ from ours before its seconds are set by ours."""
SPREAD = 6
"""Times `Kind.most` that a ring keeps apart: several edges in 15 minutes."""
MOST_EDGES = 256

Edge = tuple[str, str]
"""Region, instance."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Monotonic seconds of an edge's first and last pulse. ahead: seconds by which its clock is before ours."""

    first: float
    last: float
    ahead: float = 0.0


class Ring:
    """Times are seconds since 1970. What older pulses, or edges whose clock is behind, tell of the past goes where it belongs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lanes = {name: Lane(kind, SPREAD * kind.most) for name, kind in KINDS.items()}
        self._heard: dict[Edge, Heard] = {}
        self.started = clock.monotonic()
        self.began = self.first = self.second
        """began: the first second of which everything is known; earlier than `first`, when this ring was made, once it is warmed
        from history."""

    @property
    def second(self) -> int:
        """The present one."""
        return int(self._clock.now().timestamp())

    def add(self, region: str, instance: str, windows: Mapping[int, Mapping[str, Cube]]) -> None:
        """What an edge told just now, by second and kind's name. Unknown kinds are passed over."""
        now = self._hear(region, instance, 0.0)
        for second, cubes in windows.items():
            self._add(
                second, {name: block(self._lanes[name].keys, cubes[name]) for name in self._known(cubes)}, now
            )

    def take(self, region: str, instance: str, windows: Mapping[int, Any], ahead: float = 0.0) -> None:
        """The same, from kind -> rows as they came, which is much faster. Raises ValueError, and takes nothing, for what is
        none. ahead: seconds by which the edge's clock is ahead of ours; where it is much, its seconds are set by ours."""
        for lane in self._lanes.values():
            lane.age(self.second)
        if not all(isinstance(cubes, dict) for cubes in windows.values()):
            raise ValueError("cubes are an object of kinds")
        skew = round(ahead) if abs(ahead) > AHEAD else 0
        made = {
            second - skew: {
                name: block_of(self._lanes[name].keys, cubes[name]) for name in self._known(cubes)
            }
            for second, cubes in windows.items()
        }
        now = self._hear(region, instance, ahead)
        for second, blocks in made.items():
            self._add(second, blocks, now)

    def observe(self, cubes: Mapping[str, Cube]) -> None:
        """What control itself saw just now."""
        now = self.second
        for name in self._known(cubes):
            self._lanes[name].age(now)
        self._add(now, {name: block(self._lanes[name].keys, cubes[name]) for name in self._known(cubes)}, now)

    def warm(self, windows: Mapping[int, Mapping[str, Cube]], since: int) -> None:
        """Takes over what history has of the time since `since` and before this ring began."""
        for second, cubes in windows.items():
            start = second - second % SPAN
            if start >= self.began - self.began % SPAN:
                continue
            for name in self._known(cubes):
                self._lanes[name].warm(start, block(self._lanes[name].keys, cubes[name]))
        self.began = min(self.began, max(since, self.second - KEPT))

    def cubes(
        self,
        kind: Kind,
        since: float,
        until: float,
        by: Sequence[str] = (),
        where: Where | None = None,
        sketches: bool = True,
    ) -> Cube:
        """Everything in since <= second < until, grouped. Ask with the `since` that `bounds` gives. sketches: without them, cells
        have sums only (empty histograms), which is much faster. Raises KeyError for a label that the kind does not have."""
        return self._lanes[kind.name].cubes(int(since), int(until), by, where, sketches)

    def seconds(
        self, kind: Kind, since: float, until: float, by: Sequence[str] = (), where: Where | None = None
    ) -> list[tuple[int, Cube]]:
        """Each second that has anything, ascending; farther back than two minutes ten seconds are one."""
        lane = self._lanes[kind.name]
        found = [
            (begin, lane.cubes(begin, begin + wide, by, where))
            for begin, wide in lane.begins(int(since), int(until)).items()
        ]
        return [(begin, cube) for begin, cube in found if cube.cells]

    def bounds(self, over: float, until: float | None = None) -> tuple[int, int]:
        """The last `over` seconds as since and until, settled, and as far as this ring goes back in its steps."""
        end = self.second - SETTLE if until is None else int(until)
        since = end - max(1, round(over))
        apart = self.second - DETAIL
        return (since - since % SPAN if since < apart else since), end

    def covered(self, since: float, until: float) -> float:
        """How many of these seconds this ring can know of; at least one."""
        return max(1.0, until - max(since, self.began))

    def heard(self) -> Mapping[Edge, Heard]:
        return dict(self._heard)

    def silent(self, edges: Collection[Edge]) -> set[Edge]:
        """Those of these edges that told nothing since this ring began."""
        return {edge for edge in edges if edge not in self._heard}

    def age(self) -> float:
        """Seconds since this process began to listen."""
        return self._clock.monotonic() - self.started

    def size(self) -> Mapping[str, int]:
        """Kind -> cells held."""
        return {name: lane.size() for name, lane in self._lanes.items()}

    def _hear(self, region: str, instance: str, ahead: float) -> int:
        """Notes that the edge told something, and forgets what is too old. Returns the present second."""
        now, monotonic = self.second, self._clock.monotonic()
        known = self._heard.pop((region, instance), None)
        self._heard[region, instance] = Heard(known.first if known else monotonic, monotonic, ahead)
        while len(self._heard) > MOST_EDGES:
            del self._heard[next(iter(self._heard))]
        for lane in self._lanes.values():
            lane.age(now)
        return now

    def _known(self, cubes: Collection[str]) -> list[str]:
        return [name for name in cubes if name in self._lanes]

    def _add(self, second: int, blocks: Mapping[str, Block], now: int) -> None:
        if second < now - KEPT:
            return
        for name, more in blocks.items():
            if len(more.cells):
                self._lanes[name].add(min(second, now) if second > now + AHEAD else second, more)


def live_of(control: Control) -> Ring:
    """This process's ring."""
    return control.shared(Ring, lambda: Ring(control.clock))
