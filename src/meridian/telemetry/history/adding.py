"""How windows enter history: at the finest width that still keeps their time, with a mark on the coarser window above them.

Nothing that is there is changed, so senders never wait for each other, and whatever comes late or in parts is one more row.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from meridian.telemetry.history.levels import WIDTHS, Floors, below, coarser, entrance, seconds
from meridian.telemetry.history.merging import merged
from meridian.telemetry.history.partitions import shared
from meridian.telemetry.history.rolling import kept
from meridian.telemetry.history.rows import insert, mark
from meridian.telemetry.history.table import Table, from_cube, joined
from meridian.telemetry.history.views import ANSWERED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from meridian.store.database import Connection
    from meridian.telemetry.history.rows import Row
    from meridian.telemetry.history.words import Words
    from meridian.telemetry.windows import Windows

AHEAD = 3600
"""Seconds that a sender's clock may be ahead."""


async def add(words: Words, connection: Connection, source: str, windows: Windows, now: datetime) -> None:
    """Raises ValueError for windows that cannot be, Unavailable."""
    latest = seconds(now) + AHEAD
    if any(start > latest for start in windows):
        raise ValueError("a window is more than an hour ahead; the clock of who sent it is wrong")
    ids = await words.ids(
        {
            word
            for cubes in windows.values()
            for cube in cubes.values()
            for labels in cube.cells
            for word in labels
        }
        | ANSWERED
    )
    floors = await shared(connection)
    rows = await asyncio.to_thread(_rows, source, windows, floors, ids)
    for width, each in rows.items():
        await insert(connection, width, each)
        if (above := coarser(width)) is not None:
            await mark(connection, above, {below(row.start, above) for row in each})


def _rows(source: str, windows: Windows, floors: Floors, ids: Mapping[str, int]) -> dict[int, list[Row]]:
    """By width. Windows that share a row there are added up."""
    found: dict[tuple[int, int, str], list[Table]] = defaultdict(list)
    for start, cubes in windows.items():
        width = entrance(floors, below(start, WIDTHS[0]))
        if width is None:
            raise ValueError("a window is older than all history")
        for name, cube in cubes.items():
            if cube.cells:
                entered = below(start, width)
                found[width, entered, name].append(from_cube(entered, cube, ids))
    rows: dict[int, list[Row]] = {}
    for (width, start, _), tables in found.items():
        table = tables[0] if len(tables) == 1 else merged(joined(tables[0].kind, tables), width)
        rows.setdefault(width, []).extend(kept(table, width, start, ids, source))
    return rows
