"""The fold of telemetry: what an edge's access log and its Envoy say, as cubes of 10 s for history, and of 1 s for right now.

Records go by when requests began, as everything that is kept does. Pulses go by when they ended: that is when they are
logged, so a second is complete as soon as it is over, however long its requests took; and a location that hangs is seen when
requests to it fail, not in a second long gone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from meridian.envoy.fold import WINDOW, EdgeFacts, Harvest, Source
from meridian.envoy.lines import AccessLine, grouped, seconds
from meridian.envoy.snapshot import Json
from meridian.telemetry.cube import Cube
from meridian.telemetry.edge.settings import Following
from meridian.telemetry.edge.tally import Cubes, bounded, counted, merge_into
from meridian.telemetry.kinds import EDGE, TRAFFIC
from meridian.telemetry.windows import windows_to_json

RECENT = (-60, 5)
"""Seconds from now that a pulse tells of. What was read later, such as after a pause, is in the records."""
ABSURD = 86_400
"""Seconds from now: lines that are further away, back or ahead, are none, and counted as that."""
MOST = 2_000
"""Windows held between two harvests, and seconds between two pulses."""
PULSE = 20_000
"""Bytes of a pulse."""
_FEWER = (200, 50, 12)
"""Cells of a kind and second, tried until a pulse is small enough."""


class Counting:
    """Implements `envoy.fold.Fold` and `Live`."""

    def __init__(self, facts: EdgeFacts) -> None:
        self._facts = facts
        self._settings = Following(facts.snapshot)
        self._windows: dict[int, Cubes] = {}
        self._seconds: dict[int, Cubes] = {}
        self._absurd = 0

    @property
    def source(self) -> Source:
        return "access"

    def add(self, window: int, lines: Sequence[AccessLine]) -> None:
        free = self._settings.now().free_tiers
        for second, portion in seconds(lines):
            cubes = counted(grouped(portion), self._facts.region, free)
            self._absurd += _merged(self._windows, window, cubes)
            if second in self._seconds:
                merge_into(self._seconds[second], cubes)
            elif len(self._seconds) < MOST:
                self._seconds[second] = cubes

    def pulse(self, now: datetime) -> Json | None:
        self._sample(now)
        told, self._seconds = self._seconds, {}
        first, last = (now.timestamp() + away for away in RECENT)
        recent = {second: cubes for second, cubes in told.items() if first <= second <= last}
        return _small(recent) if recent else None

    def harvest(self, now: datetime) -> Harvest:
        windows, self._windows = self._windows, {}
        at = now.timestamp()
        kept = {window: cubes for window, cubes in windows.items() if abs(at - window) <= ABSURD}
        self._absurd += sum(_requests(cubes) for window, cubes in windows.items() if window not in kept)
        return Harvest([windows_to_json({window: bounded(kept[window])}) for window in sorted(kept)])

    def _sample(self, now: datetime) -> None:
        """Envoy's and the agent's own numbers, as they are now."""
        cube = Cube(EDGE)
        for name, value in self._facts.numbers().items():
            cube.add((self._facts.region, self._facts.instance, name), 1, value, value)
        if self._absurd:
            cube.add(
                (self._facts.region, self._facts.instance, "lines_absurd"), 1, self._absurd, self._absurd
            )
            self._absurd = 0
        if not cube.cells:
            return
        second = int(now.timestamp())
        for windows, window in ((self._windows, second // WINDOW * WINDOW), (self._seconds, second)):
            merge_into(windows.setdefault(window, {}), {EDGE.name: cube})


def _merged(windows: dict[int, Cubes], window: int, cubes: Cubes) -> int:
    """How many requests there was no room for: clocks do not jump so often."""
    if window not in windows and len(windows) >= MOST:
        return _requests(cubes)
    merge_into(windows.setdefault(window, {}), cubes)
    return 0


def _requests(cubes: Cubes) -> int:
    return (
        sum(int(cell.sums[0]) for cell in cubes[TRAFFIC.name].cells.values()) if TRAFFIC.name in cubes else 0
    )


def _small(recent: Mapping[int, Cubes]) -> Json:
    """What a pulse has room for: of each second the largest cells, and the others as one; and of many seconds the last ones."""
    told = dict(recent)
    for most in _FEWER:
        content = windows_to_json(told)
        if len(msgspec.json.encode(content)) <= PULSE:
            return content
        told = {second: bounded(cubes, most) for second, cubes in told.items()}
    while len(msgspec.json.encode(content := windows_to_json(told))) > PULSE and len(told) > 1:
        del told[min(told)]
    return content
