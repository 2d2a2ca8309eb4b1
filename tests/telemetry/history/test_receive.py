"""Records of edges come through control's door: once, refused where they cannot be, and after PostgreSQL was away."""

from typing import Any

import pytest

from meridian.api.receiving import Batch, Receiving
from meridian.core.clock import FakeClock
from meridian.core.errors import Unavailable
from meridian.core.ids import new_id
from meridian.feature import Record
from meridian.store.database import Database
from meridian.store.migrations import OWN, migrate
from meridian.telemetry.exposition.totals import totals_of
from meridian.telemetry.feature import FEATURE
from meridian.telemetry.history.history import History, history_of
from meridian.telemetry.history.levels import seconds
from meridian.telemetry.history.rolling import roll
from meridian.telemetry.kinds import TRAFFIC
from meridian.telemetry.windows import windows_to_json
from tests.support.postgres import Server
from tests.telemetry.history.test_exactly_once import moment, window


class Control:
    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, FakeClock()
        self._shared: dict[type, Any] = {}

    def starting(self) -> str:
        return ""

    def shared(self, kind: type, make: Any) -> Any:
        return self._shared.setdefault(kind, make())


def batch(control: Control, *contents: Any) -> Batch:
    now = control.clock.now()
    return Batch("EU-1", {"telemetry": [Record(new_id(now), content) for content in contents]})


async def requests(history: History, step: int) -> float:
    now = seconds(history.clock.now())
    answer = await history.cubes(TRAFFIC, moment(now - 86_400), moment(now + 3600), step)
    return sum(cell.sums[0] for _, cube in answer for cell in cube.cells.values())


async def test_a_bad_record_is_refused_and_the_others_of_its_batch_count_once(history: History) -> None:
    control = Control(history.database)
    receiving = Receiving(control, [FEATURE], control.clock)  # type: ignore[arg-type]
    now = seconds(control.clock.now())
    sent = batch(
        control,
        windows_to_json({now - 20: window(5), now - 10: window(6)}),
        windows_to_json({now + 7200: window(7)}),
        {"windows": {"yesterday": {}}},
        {"windows": {str(now): {"traffic": [["EU", "l", "f", "s", "v", "2xx", 1, 0, 0, [5, 2**50]]]}}},
        windows_to_json({now + 60: window(8)}),
    )
    result = await receiving.receive("EU", sent)
    assert result.stored == 2
    assert ["ahead" in each.reason for each in result.refused].count(True) == 1
    assert len(result.refused) == 3
    again = await receiving.receive("EU", sent)
    assert (again.stored, again.known) == (0, 2)
    for step in (10, 60, 3600):
        assert await requests(history_of(control), step) == 19  # type: ignore[arg-type]
    totals = totals_of(control).cubes["traffic"]  # type: ignore[arg-type]
    assert sum(cell.sums[0] for cell in totals.cells.values()) == 19, "what Prometheus scrapes"


async def test_after_postgresql_was_away_what_arrives_late_and_twice_counts_once(postgres: Server) -> None:
    database = Database(postgres.url)
    await migrate(database, {**OWN, "telemetry": FEATURE.migrations})  # type: ignore[dict-item]
    control = Control(database)
    receiving = Receiving(control, [FEATURE], control.clock)  # type: ignore[arg-type]
    history = history_of(control)  # type: ignore[arg-type]
    now = seconds(control.clock.now())
    batches = [batch(control, windows_to_json({now + 10 * n: window(n + 1)})) for n in range(12)]
    for each in batches[:4]:
        await receiving.receive("EU", each)
    postgres.kill()
    control.clock.advance(600)
    with pytest.raises(Unavailable):
        await receiving.receive("EU", batches[4])
    with pytest.raises(Unavailable):
        await history.cubes(TRAFFIC, moment(now), moment(now + 600), 60)
    postgres.start()
    await receiving.receive("EU", batches[9])
    await roll(database, history.words, now + 600)
    for each in reversed(batches + batches[2:7]):
        await receiving.receive("EU", each)
    for _ in range(2):
        for step in (10, 60, 300, 3600):
            assert await requests(history, step) == sum(range(13))
        await roll(database, history.words, now + 7200)
    await database.close()
