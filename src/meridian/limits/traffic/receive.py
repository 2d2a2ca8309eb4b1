"""Takes the records of the edges' folds: traffic into the recorded hour, blocks into the table of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meridian.limits.blocks import record_block_events
from meridian.limits.traffic.store import store

if TYPE_CHECKING:
    from meridian.feature import Control, Delivery


async def receive(control: Control, delivery: Delivery) -> None:
    """Raises ValueError for what is no record."""
    now = control.clock.now()
    await store(delivery, now)
    for record in delivery.records:
        if blocks := record.content.get("blocks"):
            await record_block_events(delivery.connection, delivery.region, blocks, now)
