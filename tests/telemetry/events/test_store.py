import contextlib
from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meridian.store.database import Database
from meridian.telemetry.events.states import gauges, standings, total
from meridian.telemetry.events.store import OVER_KEPT, REMEMBERED, forget, fresh, note
from meridian.telemetry.events.subjects import Subject, subjects
from meridian.telemetry.events.types import Event
from tests.telemetry.events.making import NOW, event
from tests.telemetry.events.test_subjects import about


async def stored(database: Database) -> list[Subject]:
    async with database.connection() as connection:
        cursor = await connection.execute('SELECT * FROM event_subject ORDER BY kind, id COLLATE "C"')
        rows = await cursor.fetchall()
    names = [each.name for each in fields(Subject)]
    return [Subject(**{name: row[name] for name in names}) for row in rows]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), events=st.lists(about(), min_size=1, max_size=8))
async def test_batches_in_any_order_and_twice_end_in_the_same_state(
    database: Database, data: st.DataObject, events: list[Event]
) -> None:
    order = data.draw(st.permutations(events + events[:3]))
    cut = data.draw(st.integers(0, len(order)))
    async with database.connection() as connection:
        await connection.execute("TRUNCATE event_subject")
    for batch in (order[:cut], order[cut:]):
        async with database.connection() as connection:
            await note(connection, batch)
    assert await stored(database) == subjects(events)


async def test_an_event_is_fresh_once_and_again_when_its_transaction_failed(database: Database) -> None:
    one, other = event("cdn"), event("cdn")
    with contextlib.suppress(RuntimeError):
        async with database.connection() as connection:
            assert await fresh(connection, [one], NOW) == [one]
            raise RuntimeError
    async with database.connection() as connection:
        assert await fresh(connection, [one], NOW) == [one]
    async with database.connection() as connection:
        assert await fresh(connection, [one, other], NOW) == [other]


async def test_what_is_kept_long_enough_is_forgotten(database: Database) -> None:
    told = [event("payout", state="paid"), event("ticket", state="open"), event("dispute", state="lost")]
    async with database.connection() as connection:
        await fresh(connection, told, NOW)
        await note(connection, told)
        assert await forget(connection, NOW + REMEMBERED) == 0
        assert await forget(connection, NOW + REMEMBERED + timedelta(seconds=1)) == 3
        assert await forget(connection, NOW + OVER_KEPT + timedelta(seconds=1)) == 2
    assert [each.kind for each in await stored(database)] == ["ticket"]
    async with database.connection() as connection:
        assert await forget(connection, NOW + timedelta(days=31)) == 1


QUEUES = [
    event("payout", -100, payout="a", state="pending", amount=100),
    event("payout", -100, payout="b", state="processing", amount=50),
    event("payout", -100, payout="c", state="failed", amount=9),
    event("payout", -100, payout="d", state="paid", amount=7),
    event("payout", -90_000, payout="e", state="failed"),
    event("payout", -100, payout="f", region="US", state="pending", amount=5, currency="USD"),
    event("ticket", -300, ticket="a"),
    event("ticket", -300, ticket="b", urgent=False),
    event("ticket", -300, ticket="c"),
    event("ticket", -240, ticket="c", state="answered"),
    event("ticket", -10, ticket="d", state="closed", opened_at=NOW.isoformat(), answered_at=NOW.isoformat()),
    event("fraud_alert", -10, alert="a"),
    event("fraud_alert", -10, alert="b", severity="low"),
    event("fraud_alert", -10, alert="c", state="resolved"),
    event("fraud_alert", -43_300, alert="d", state="resolved"),
    event("panic", -10, panic="a"),
    event("panic", -3600, panic="b"),
    event("panic", -3000, panic="b", state="ended"),
    event("panic", -90_000, panic="c"),
    event("attack", -10, attack="a"),
    event("attack", -10, attack="b", state="ended"),
    event("dispute", -10),
]


async def test_standings_are_the_queues_and_alarms_of_now(database: Database) -> None:
    async with database.connection() as connection:
        await note(connection, QUEUES)
        found = await standings(connection, NOW)
    assert sorted(found) == ["EU", "US"]
    here, both = found["EU"], total(found)
    assert (here.payouts_pending, here.payouts_processing, here.payouts_failed) == (1, 1, 1)
    assert (both.payouts_pending, both.currency, both.amount) == (2, "EUR", 150)
    assert both.amounts == {"EUR": 150, "USD": 5}
    assert (here.tickets_open, here.tickets_urgent, here.tickets_answered) == (2, 1, 2)
    assert here.response_time == pytest.approx((60 + 10) / 2)
    assert (here.fraud_active, here.fraud_alerts, here.fraud_resolved_today) == (
        {"critical": 1, "low": 1},
        2,
        1,
    )
    assert (here.panics_active, here.panics_day) == (1, 2)
    assert (here.attacks_active, here.disputes_open) == (1, 1)


async def test_gauges_name_every_queue_also_an_empty_one(database: Database) -> None:
    async with database.connection() as connection:
        assert await standings(connection, NOW) == {}
        nothing = gauges(total({}))
        await note(connection, QUEUES)
        told = gauges(total(await standings(connection, NOW)))
    assert set(told) - set(nothing) == {("ticket_response_time", "")}
    assert not any(nothing.values())
    assert told["payouts_failed", ""] == 1.0
    assert told["fraud_alerts_active", "critical"] == 1.0
