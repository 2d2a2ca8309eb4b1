"""Puts notices into the queue, within the transaction that changed the incident: either both happened or neither."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from meridian.core.ids import new_id
from meridian.integrations.notice import Notice, to_json

if TYPE_CHECKING:
    from meridian.store.database import Connection


async def enqueue(connection: Connection, notice: Notice, channels: Sequence[str], now: datetime) -> None:
    """To each channel once. channels: names in `alerts.channels`; one that is taken out of the configuration before the notice
    gets there is given up. Sent at once after the transaction, by the process that leads."""
    content = json.dumps(to_json(notice)).replace("\\u0000", "\\ufffd")
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO alert_delivery (id, incident, channel, event, notice, created_at, due_at) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                (new_id(now), notice.key, name, notice.status, content, now, now)
                for name in dict.fromkeys(channels)
            ],
        )
