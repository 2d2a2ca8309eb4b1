import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest

from meridian.core.clock import FakeClock
from meridian.core.errors import Unavailable
from meridian.store.database import Connection, Database
from meridian.telemetry.events.receiving import Received, Receiving
from meridian.telemetry.events.states import standings
from meridian.telemetry.events.types import Event
from meridian.telemetry.history.history import History
from meridian.telemetry.kinds import BUSINESS
from meridian.telemetry.live.ring import Ring
from meridian.telemetry.windows import Windows
from tests.support.postgres import Server
from tests.telemetry.events.making import NOW, event

REGIONS = ("EU", "US")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def ring(clock: FakeClock) -> Ring:
    return Ring(clock)


@pytest.fixture
def receiving(database: Database, clock: FakeClock, ring: Ring) -> Receiving:
    return Receiving(database, clock, History(database, clock), partial(ring.add, "", "app"))


async def recorded(receiving: Receiving) -> dict[str, list[float]]:
    """Type -> events and amount, as history has them."""
    history = History(receiving.database, receiving.clock)
    steps = await history.cubes(
        BUSINESS, NOW - timedelta(hours=1), NOW + timedelta(minutes=1), 10, by=("type",)
    )
    found: dict[str, list[float]] = {}
    for _, cube in steps:
        for labels, cell in cube.cells.items():
            known = found.setdefault(labels[1], [0.0, 0.0])
            known[:] = [one + other for one, other in zip(known, cell.sums, strict=True)]
    return found


def seen(ring: Ring) -> dict[str, list[float]]:
    at = int(NOW.timestamp())
    cells = ring.cubes(BUSINESS, at - 600, at + 1, by=("type",)).cells
    return {labels[1]: cell.sums for labels, cell in cells.items()}


async def test_what_is_new_is_in_history_in_memory_and_in_the_states(
    receiving: Receiving, ring: Ring
) -> None:
    batch = [event("token.spent", -1), event("payout", -15), event("payout", -3500, payout="p0")]
    assert await receiving.receive(batch, REGIONS) == Received(3, 0, [])
    everything = {"token.spent": [3.0, 5.0], "payout.pending": [2.0, 5000.0]}
    assert await recorded(receiving) == everything
    assert seen(ring) == {**everything, "payout.pending": [1.0, 2500.0]}
    async with receiving.database.connection() as connection:
        assert (await standings(connection, NOW))["EU"].payouts_pending == 2


async def test_a_batch_that_is_sent_again_changes_nothing(receiving: Receiving, ring: Ring) -> None:
    batch = [event("token.spent", -1), event("payout", -2)]
    await receiving.receive(batch, REGIONS)
    before = await recorded(receiving), seen(ring)
    assert await receiving.receive([*batch, batch[0]], REGIONS) == Received(0, 3, [])
    assert (await recorded(receiving), seen(ring)) == before


async def test_the_same_batch_from_two_servers_at_once_counts_once(receiving: Receiving) -> None:
    batch = [event("token.spent", -1) for _ in range(200)]
    answers = await asyncio.gather(
        *(receiving.receive(each, REGIONS) for each in (batch, batch[::-1], batch[50:], batch[:50]))
    )
    assert sum(each.accepted for each in answers) == 200
    assert sum(each.duplicates for each in answers) == 400
    assert await recorded(receiving) == {"token.spent": [600.0, 1000.0]}


async def test_a_full_batch_of_the_largest_amounts_is_taken(receiving: Receiving) -> None:
    batch: Sequence[Event] = [event("token.spent", -1, amount=10**9, count=10**6) for _ in range(500)]
    batch = [*batch, *(event("cdn", -1, hits=10**9, misses=10**9, bytes=10**12) for _ in range(500))]
    assert (await receiving.receive(batch, REGIONS)).accepted == 1000
    assert (await recorded(receiving))["token.spent"] == [5e8, 5e11]


@dataclass
class Broken:
    """A history that fails after it has written."""

    real: History
    after: list[int] = field(default_factory=list)

    async def add(
        self, connection: Connection, region: str, instance: str, windows: Windows, now: datetime
    ) -> None:
        await self.real.add(connection, region, instance, windows, now)
        raise ValueError("this does not go on")


async def test_nothing_is_half_applied(receiving: Receiving, ring: Ring) -> None:
    real, batch = receiving.history, [event("token.spent", -1), event("payout", -1)]
    assert isinstance(real, History)
    receiving.history = Broken(real)
    with pytest.raises(ValueError, match="does not go on"):
        await receiving.receive(batch, REGIONS)
    assert (await recorded(receiving), seen(ring)) == ({}, {})
    receiving.history = real
    assert (await receiving.receive(batch, REGIONS)).accepted == 2


async def test_while_postgresql_is_away_a_batch_is_not_taken_and_later_it_is(
    receiving: Receiving, ring: Ring, postgres: Server, clock: FakeClock
) -> None:
    away = Database(postgres.url)
    postgres.stop()
    batch = [event("token.spent", -1)]
    cut_off = Receiving(away, clock, History(away, clock), receiving.show)
    with pytest.raises(Unavailable):
        await cut_off.receive(batch, REGIONS)
    assert seen(ring) == {}
    assert (await receiving.receive(batch, REGIONS)).accepted == 1
    await away.close()
