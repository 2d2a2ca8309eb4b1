"""Takes the records of the edges' fold into history, in the transaction in which each counts as delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meridian.telemetry.cube import Cube
from meridian.telemetry.exposition.totals import totals_of
from meridian.telemetry.history.history import history_of
from meridian.telemetry.windows import windows_from_json

if TYPE_CHECKING:
    from meridian.feature import Control, Delivery


async def receive(control: Control, delivery: Delivery) -> None:
    """Raises ValueError for what is no record, or of a time that cannot be; Unavailable."""
    windows: dict[int, dict[str, Cube]] = {}
    for record in delivery.records:
        for start, cubes in windows_from_json(record.content).items():
            mine = windows.setdefault(start, {})
            for name, cube in cubes.items():
                mine.setdefault(name, Cube(cube.kind)).merge(cube)
    await history_of(control).add(
        delivery.connection, delivery.region, delivery.instance, windows, control.clock.now()
    )
    totals_of(control).add(windows)
