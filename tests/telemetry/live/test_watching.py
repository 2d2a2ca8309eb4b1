"""After a start memory takes over from a real history what it missed, once and exactly."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from meridian.core.clock import FakeClock
from meridian.feature import Control
from meridian.telemetry.history.history import History
from meridian.telemetry.kinds import TRAFFIC
from meridian.telemetry.live.lane import KEPT
from meridian.telemetry.live.ring import Ring, live_of
from meridian.telemetry.live.watching import Watching
from tests.telemetry.history.conftest import history  # noqa: F401 - a fixture
from tests.telemetry.history.keeping import deliver
from tests.telemetry.live.test_ring import told, traffic


@dataclass
class Process:
    """As much of control as warming needs."""

    history: History
    parts: dict[type, Any] = field(default_factory=dict)

    @property
    def control(self) -> Control:
        clock, database = self.history.clock, self.history.database
        return cast(Control, SimpleNamespace(clock=clock, database=database, shared=self._shared))

    def _shared(self, type: Any, make: Any) -> Any:
        return self.parts.setdefault(type, None) or self.parts.update({type: make()}) or self.parts[type]


def requests(ring: Ring, since: int, until: int) -> float:
    return sum(cell.sums[0] for cell in ring.cubes(TRAFFIC, since, until).cells.values())


async def test_a_quarter_of_an_hour_is_taken_over_and_joins_what_edges_tell(history: History) -> None:  # noqa: F811
    clock = history.clock
    assert isinstance(clock, FakeClock)
    begun = int(clock.now().timestamp()) // 10 * 10
    for window in range(120):
        await deliver(history, {begun - 10 * (window + 1): traffic(7)})
    process = Process(history, {History: history})
    ring = live_of(process.control)
    clock.advance(12)
    told(ring, {begun + 3: traffic(5)})
    watching = Watching(process.control)
    await watching.warm()
    assert requests(ring, begun - 600, begun) == 60 * 7
    assert requests(ring, begun - 60, begun + 10) == 6 * 7 + 5
    assert ring.covered(begun - 600, begun) == 600
    assert KEPT - 30 <= ring.covered(begun - 5000, ring.second) <= KEPT
    whole = requests(ring, begun - KEPT, begun + 10)
    await watching.warm()
    assert requests(ring, begun - KEPT, begun + 10) == whole


async def test_where_history_has_nothing_memory_knows_only_its_own_time(history: History) -> None:  # noqa: F811
    clock = history.clock
    assert isinstance(clock, FakeClock)
    process = Process(history, {History: history})
    ring = live_of(process.control)
    began = ring.began
    clock.advance(60)
    await Watching(process.control).warm()
    assert (ring.began, ring.covered(began - 600, ring.second)) == (began, 60)
