"""Work that goes on in every process of control: edges' gauges every two seconds, the business's every five, to memory; memory
warmed from history after a start; and, in the process that leads, gauges to history."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from meridian.config.schema.root import Config
from meridian.core.decision import Decision
from meridian.core.errors import MeridianError
from meridian.feature import Control
from meridian.telemetry.cube import Cube
from meridian.telemetry.gauges import gauges_of, observe
from meridian.telemetry.history.history import history_of
from meridian.telemetry.kinds import GAUGE, KINDS
from meridian.telemetry.live.business import business_of
from meridian.telemetry.live.edges import NONE_SEEN, Seen, gauges
from meridian.telemetry.live.lane import KEPT, SPAN
from meridian.telemetry.live.ring import live_of

log = logging.getLogger(__name__)

EDGES = 2.0
BUSINESS = 5.0
SETTLED = 30.0
"""Seconds after a start until a region that says nothing is down."""
CAUGHT_UP = 12.0
"""Seconds after a start until edges have sent the records that waited while control was away."""
SLICE = 60
"""Seconds of history that are taken over at once."""
INSTANCE = "gauges"
"""Whose history what control observes is."""


class Watching:
    def __init__(self, control: Control) -> None:
        self._control = control
        self._seen: Seen = NONE_SEEN

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._often(EDGES, self.edges))
            group.create_task(self._often(BUSINESS, self.business))
            group.create_task(self._warm())

    async def edges(self) -> None:
        control, ring = self._control, live_of(self._control)
        reports = control.reports()
        self._seen = self._seen.after(reports, control.clock.monotonic())
        cube = gauges(control.config(), reports, self._seen, ring.age() >= SETTLED)
        observe(control, {GAUGE.name: cube})

    async def business(self) -> None:
        observe(self._control, {GAUGE.name: await business_of(self._control).read(self._control)})

    async def warm(self) -> None:
        """Takes over from history the quarter of an hour before this process began, a minute at a time from the last one on: each
        takes some milliseconds, in which nobody is answered. Raises Unavailable; the next call goes on."""
        ring, history = live_of(self._control), history_of(self._control)
        earliest = ring.second - KEPT + SPAN
        while (until := ring.began - ring.began % SPAN) > earliest:
            since = max(until - SLICE, earliest - earliest % SPAN)
            windows: dict[int, dict[str, Cube]] = {}
            for name, kind in KINDS.items():
                for start, cube in await history.cubes(kind, _at(since), _at(until), SPAN, by=kind.labels):
                    windows.setdefault(start, {})[name] = cube
                await asyncio.sleep(0)
            if not windows and ring.began == ring.first:
                return
            ring.warm(windows, since)

    async def _warm(self) -> None:
        await asyncio.sleep(CAUGHT_UP)
        while True:
            try:
                await self.warm()
            except MeridianError as error:
                log.info("memory is not warmed from history yet: %s", error)
            else:
                return
            await asyncio.sleep(BUSINESS)

    async def _often(self, interval: float, step: Callable[[], Awaitable[None]]) -> None:
        last = ""
        while True:
            try:
                await step()
                last = ""
            except MeridianError as error:
                if str(error) != last:
                    log.info("gauges: %s", error)
                last = str(error)
            await asyncio.sleep(interval)


class Storing:
    """Puts gauges into history. A controller, as only the process that leads may; it decides nothing."""

    name = "telemetry.gauges"
    interval = float(SPAN)

    def __init__(self, control: Control) -> None:
        self._control = control

    async def observe(self) -> int:
        """How many windows were stored. Raises Unavailable; they then wait for the next time."""
        waiting = gauges_of(self._control)
        windows = waiting.take()
        if not windows:
            return 0
        now = self._control.clock.now()
        try:
            async with self._control.database.connection() as connection:
                await history_of(self._control).add(connection, "", INSTANCE, windows, now)
        except BaseException:
            waiting.restore(windows)
            raise
        return len(windows)

    def initial(self) -> None:
        return None

    def decide(
        self, policy: Config, state: None, observation: int, now: datetime
    ) -> tuple[None, Sequence[Decision]]:
        return None, ()

    def replay(self, policy: Config, evidence: dict[str, Any]) -> Sequence[Decision]:
        return ()

    async def actuate(self, decision: Decision) -> None:
        return None


def _at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
