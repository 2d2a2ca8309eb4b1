"""What control observes itself, as gauges: a value every few seconds, in memory at once and in history every ten seconds."""

from collections.abc import Mapping

from meridian.core.clock import Clock
from meridian.feature import Control
from meridian.telemetry.cube import Cube
from meridian.telemetry.kinds import GAUGE
from meridian.telemetry.live.ring import live_of

MOST_PENDING = 60
"""Windows that wait for history: ten minutes of a PostgreSQL that is away."""


class Gauges:
    """Observations on their way to history, in windows of ten seconds. The ring has each at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pending: dict[int, dict[str, Cube]] = {}

    def add(self, cubes: Mapping[str, Cube]) -> None:
        second = int(self._clock.now().timestamp())
        window = self._pending.setdefault(second - second % 10, {})
        for name, cube in cubes.items():
            if name in window:
                window[name].merge(cube)
            else:
                window[name] = Cube(cube.kind)
                window[name].merge(cube)
        while len(self._pending) > MOST_PENDING:
            del self._pending[min(self._pending)]

    def take(self) -> Mapping[int, Mapping[str, Cube]]:
        """The windows that are over, which then are no longer pending. `restore` what could not be stored."""
        second = int(self._clock.now().timestamp())
        over = {start: cubes for start, cubes in self._pending.items() if start + 10 <= second}
        for start in over:
            del self._pending[start]
        return over

    def restore(self, windows: Mapping[int, Mapping[str, Cube]]) -> None:
        for start, cubes in windows.items():
            self._pending[start] = dict(cubes)


def gauges_of(control: Control) -> Gauges:
    return control.shared(Gauges, lambda: Gauges(control.clock))


def observe_gauge(control: Control, name: str, region: str, what: str, value: float) -> None:
    """Tells what control sees just now: region and what may be empty. Call it every few seconds, in the process that leads; the
    metric of the same name is the mean of what was told."""
    cube = Cube(GAUGE)
    cube.add((name, region, what), 1.0, float(value), float(value))
    observe(control, {GAUGE.name: cube})


def observe(control: Control, cubes: Mapping[str, Cube]) -> None:
    """To the ring at once, and to history within 20 s while this process leads."""
    live_of(control).observe(cubes)
    gauges_of(control).add(cubes)
