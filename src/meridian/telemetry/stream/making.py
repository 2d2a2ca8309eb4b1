"""Makes the stream's events while anyone watches: live numbers each second, and decisions as the journal has them."""

import asyncio
import logging
from typing import Any

from meridian.core.errors import MeridianError
from meridian.feature import Control
from meridian.telemetry.live.view import Remembered, View
from meridian.telemetry.metrics.drawing import labels_of, name_of
from meridian.telemetry.metrics.panels import Panel, panels
from meridian.telemetry.metrics.reading import Reading, reading_of
from meridian.telemetry.operations import view
from meridian.telemetry.stream.following import Following
from meridian.telemetry.stream.hub import Hub, hub_of

log = logging.getLogger(__name__)

TICK = 1.0
OFFSET = 0.2
"""Seconds after a full one at which live numbers are made: edges' pulses of it are mostly there."""
LOOK = 0.5
"""Seconds between two looks into the journal."""
FLOWS = 3.0
"""Seconds between two times that flows are made."""
LEAST = 10.0
"""Seconds that a panel's latest point is made from at least."""

Json = dict[str, Any]


class Making:
    """points: panel -> its latest point, which is made anew at the panel's own rate."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._hub: Hub = hub_of(control)
        self._points: dict[str, tuple[float, Json]] = {}
        self._remembered = Remembered()
        self._flows: tuple[float, list[Json]] = (-FLOWS, [])

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._live())
            group.create_task(self._decisions())

    async def live(self) -> Json:
        """The event of this second."""
        shown = await view(self._control, self._remembered)
        live = shown.live()
        return {
            "at": live["at"],
            "rps": live["rps"],
            "error_rate": live["error_rate"],
            "p95": live["p95"],
            "regions": live["regions"],
            "locations": [
                {name: each[name] for name in ("name", "status", "rps", "p95", "error_rate")}
                for each in shown.locations()
            ],
            "flows": self._flowing(shown),
            "panels": self._latest(),
            "live": live,
        }

    def _flowing(self, shown: View) -> list[Json]:
        """There may be many, so they are made anew every few seconds only."""
        now = self._control.clock.monotonic()
        if now - self._flows[0] >= FLOWS:
            self._flows = (now, shown.flows())
        return self._flows[1]

    def _latest(self) -> dict[str, Json]:
        """Panels take turns, so that not all are made in the same second."""
        reading, now = reading_of(self._control), self._control.clock.monotonic()
        found: dict[str, Json] = {}
        for panel in panels(self._control.config()).values():
            made, point = self._points.get(panel.name, (-float(panel.refresh), {}))
            if now - made >= panel.refresh:
                made, point = now, point_of(panel, reading)
                self._points[panel.name] = (made, point)
            found[panel.name] = point
        return found

    async def _live(self) -> None:
        while True:
            try:
                self._hub.publish("live", await self.live())
            except Exception as error:  # noqa: BLE001 - one second's failure must not end the stream
                log.warning("the stream has no live numbers this second: %r", error)
            now = self._control.clock.now().timestamp()
            await asyncio.sleep(TICK - (now - OFFSET) % TICK)

    async def _decisions(self) -> None:
        following = Following(self._control)
        while True:
            try:
                for each in await following.fresh():
                    self._hub.publish("decision", each, each["id"])
            except MeridianError as error:
                log.debug("the journal is not read now: %s", error)
            await asyncio.sleep(LOOK)


def point_of(panel: Panel, reading: Reading) -> Json:
    """The panel's latest values, as far as memory has them."""
    lines = [
        {"name": name_of(series, group), "labels": labels_of(series, group), "value": value.value}
        for series in panel.series
        for group, value in sorted(reading.latest(series.query(max(LEAST, panel.refresh))).items())
    ]
    return {"at": reading.ring.second, "lines": lines}


def begin(control: Control) -> Any:
    """The work that makes events, as `Hub.join` wants it."""
    return Making(control).run()
