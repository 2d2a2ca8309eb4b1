"""History as the rest of Meridian uses it: cubes in, cubes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meridian.telemetry.history.adding import add
from meridian.telemetry.history.levels import below, seconds, step_for
from meridian.telemetry.history.partitions import shared
from meridian.telemetry.history.reading import Question, answer, rows
from meridian.telemetry.history.rolling import Cleaned, clean
from meridian.telemetry.history.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from meridian.core.clock import Clock
    from meridian.feature import Control
    from meridian.store.database import Connection, Database
    from meridian.telemetry.cube import Cube, Where
    from meridian.telemetry.history.settings import Retention
    from meridian.telemetry.history.table import Table
    from meridian.telemetry.kinds import Kind
    from meridian.telemetry.windows import Windows

MOST_STEPS = 360


class History:
    """One for each process: it remembers which numbers stand for which labels."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.words = Words(database)

    async def add(
        self, connection: Connection, region: str, instance: str, windows: Windows, now: datetime
    ) -> None:
        """Stores windows (of 10 s, or parts of them) in the caller's transaction: they count once it is committed. They may be
        late, out of order, and add to others of the same time and sender.

        Raises ValueError for windows more than an hour ahead or older than all history, and for counts beyond 2^40;
        Unavailable."""
        await add(self.words, connection, f"{region}/{instance}", windows, now)

    async def cubes(
        self,
        kind: Kind,
        since: datetime,
        until: datetime,
        step: int,
        *,
        by: Sequence[str] = (),
        where: Where | None = None,
        sketches: bool = True,
    ) -> list[tuple[int, Cube]]:
        """When a step began (seconds since 1970, a multiple of `step`) -> what happened in it, grouped as by `Cube.grouped`. In
        order, without the steps in which there was nothing; exact, whatever has been rolled up by now.

        since, until: widened to whole steps. step: seconds; `step` below finds one. sketches: without them, cells have sums
        only (empty histograms), which is faster. Raises InvalidInput for a step that is finer than what is kept of that time;
        KeyError for a label that the kind does not have; Unavailable."""
        begin, end = below(seconds(since), step), -below(-seconds(until), step)
        return await answer(
            self.database, self.words, Question(kind, begin, end, step, by, where or {}, sketches)
        )

    async def rows(
        self,
        kind: Kind,
        since: datetime,
        until: datetime,
        step: int,
        *,
        by: Sequence[str] = (),
        where: Where | None = None,
        sketches: bool = True,
    ) -> Table:
        """The same as columns, which takes a fraction of the time where cells have thousands of numbers: a row for each step
        and group. `words.word` tells its labels."""
        begin, end = below(seconds(since), step), -below(-seconds(until), step)
        return await rows(
            self.database, self.words, Question(kind, begin, end, step, by, where or {}, sketches)
        )

    async def step(self, since: datetime, until: datetime, most: int = MOST_STEPS) -> int:
        """Seconds of the finest step in which `cubes` answers this range with at most `most` steps: 10 s for an hour, 5 min for a
        day, 1 h for a week, 2 h for 30 days. Raises Unavailable."""
        async with self.database.connection() as connection:
            return step_for(await shared(connection), seconds(since), seconds(until), most)

    async def cleanup(self, now: datetime, retention: Retention) -> Cleaned:
        """Adds up what is due and drops what is no longer kept. Safe to repeat, and to interrupt. Raises Unavailable."""
        return await clean(self.database, self.words, retention, now)


def history_of(control: Control) -> History:
    return control.shared(History, lambda: History(control.database, control.clock))
