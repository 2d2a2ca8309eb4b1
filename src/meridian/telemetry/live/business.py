"""Where the business stands, read every few seconds, and kept while PostgreSQL is away."""

from collections.abc import Mapping
from datetime import datetime

from meridian.feature import Control
from meridian.telemetry.cube import Cube
from meridian.telemetry.events.states import NOTHING, Standing, gauges, standings, total
from meridian.telemetry.kinds import GAUGE


class Business:
    """at: when it was read last; None: never."""

    def __init__(self) -> None:
        self.at: datetime | None = None
        self.regions: Mapping[str, Standing] = {}
        self.total: Standing = NOTHING

    async def read(self, control: Control) -> Cube:
        """Reads it anew, and gives its gauges. Raises Unavailable."""
        now = control.clock.now()
        async with control.database.connection() as connection:
            self.regions = await standings(connection, now)
        self.total, self.at = total(self.regions), now
        return gauge_cube(self.regions)


def gauge_cube(regions: Mapping[str, Standing]) -> Cube:
    """Zeroes too, also where no event ever came: a queue that is empty is known to be."""
    cube = Cube(GAUGE)
    for region, standing in (regions or {"": NOTHING}).items():
        for (name, what), value in gauges(standing).items():
            cube.add((name, region, what), 1.0, value, value)
    return cube


def business_of(control: Control) -> Business:
    return control.shared(Business, Business)
