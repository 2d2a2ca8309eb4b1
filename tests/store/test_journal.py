from dataclasses import replace
from datetime import timedelta

import pytest

from meridian.core.clock import FakeClock
from meridian.core.decision import Decision
from meridian.core.errors import Conflict, InvalidInput, NotFound
from meridian.core.ids import new_id
from meridian.store.database import Database
from meridian.store.journal import PostgresJournal


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def journal(database: Database, clock: FakeClock) -> PostgresJournal:
    return PostgresJournal(database, clock)


def drain(
    subject: str = "europe-west1", kind: str = "drain-step", controller: str = "regions.drain"
) -> Decision:
    return Decision(
        controller=controller,
        kind=kind,
        subject=subject,
        sentence="12 of 40 requests failed, more than 10 %",
        evidence={
            "rate": 0.3,
            "huge": 1e16,
            "zero": -0.0,
            "text": "né \u0000 \U0001f600",
            "nested": [{"a": None}],
        },
        action={"weight": 50},
        undo={"weight": 100},
    )


async def test_what_is_written_is_stamped_and_comes_back_equal(
    journal: PostgresJournal, clock: FakeClock
) -> None:
    [written] = await journal.write([drain()])

    assert written.id
    assert written.at == clock.now()
    assert await journal.get(written.id) == written
    assert await journal.recent() == [written]


async def test_numbers_keep_their_kind_so_that_a_replay_sees_what_was_decided_from(
    journal: PostgresJournal,
) -> None:
    [written] = await journal.write([drain()])

    evidence = (await journal.get(written.id)).evidence
    assert repr(evidence["huge"]) == "1e+16"
    assert repr(evidence["zero"]) == "-0.0"


async def test_a_decision_reported_twice_is_stored_once_as_it_first_was(
    journal: PostgresJournal, clock: FakeClock
) -> None:
    [written] = await journal.write([drain()])
    clock.advance(1)
    await journal.write([replace(written, sentence="something else"), drain("us-central1")])

    assert await journal.get(written.id) == written
    assert [d.subject for d in await journal.recent()] == ["us-central1", "europe-west1"]


async def test_nothing_is_stored_when_one_of_them_is_not_json(journal: PostgresJournal) -> None:
    with pytest.raises(InvalidInput, match=r"'drain-step' of regions\.drain is not JSON"):
        await journal.write([drain(), replace(drain(), evidence={"rate": float("nan")})])

    assert await journal.recent() == []


async def test_nothing_is_stored_when_the_database_refuses_one_of_them(
    journal: PostgresJournal, database: Database
) -> None:
    async with database.connection() as connection:
        await connection.execute("ALTER TABLE journal ADD CHECK (subject <> 'bad')")
    with pytest.raises(Exception, match="violates check constraint"):
        await journal.write([drain(), drain("bad")])

    assert await journal.recent() == []


async def test_an_id_that_is_none_is_refused(journal: PostgresJournal) -> None:
    with pytest.raises(InvalidInput, match="'; DROP TABLE' is not the id of a decision"):
        await journal.write([replace(drain(), id="; DROP TABLE")])


async def test_recent_filters_and_pages_from_new_to_old(journal: PostgresJournal, clock: FakeClock) -> None:
    for number in range(5):
        clock.advance(1)
        await journal.write([drain(f"l{number}"), drain(f"l{number}", "undrain", "operator")])

    assert [d.subject for d in await journal.recent(2, controller="operator")] == ["l4", "l3"]
    assert len(await journal.recent(subject="l2")) == 2
    assert [d.kind for d in await journal.search(subject="l2", kind="undrain")] == ["undrain"]
    first = await journal.search(2, kind="drain-step")
    assert [d.subject for d in await journal.search(2, kind="drain-step", before=first[-1].id)] == [
        "l2",
        "l1",
    ]


async def test_unknown_ids_are_not_found(journal: PostgresJournal, clock: FakeClock) -> None:
    for id in (new_id(clock.now()), "nonsense"):
        with pytest.raises(NotFound, match="no decision has the id"):
            await journal.get(id)


async def test_a_decision_is_undone_once(journal: PostgresJournal, clock: FakeClock) -> None:
    [written] = await journal.write([drain()])
    clock.advance(60)

    entry = await journal.mark_undone(written.id, "ada")
    assert (entry.undone_by, entry.undone_at) == ("ada", clock.now())
    assert (await journal.entries())[0] == entry
    with pytest.raises(Conflict, match="ada already undid this decision at 2030-01-01 00:01:00 UTC"):
        await journal.mark_undone(written.id, "bob")


async def test_what_nothing_takes_back_cannot_be_undone(journal: PostgresJournal) -> None:
    [written] = await journal.write([replace(drain(), undo=None)])

    with pytest.raises(Conflict, match="nothing takes this decision back"):
        await journal.mark_undone(written.id, "ada")


async def test_a_decision_from_an_edge_keeps_its_own_id_and_time(
    journal: PostgresJournal, clock: FakeClock
) -> None:
    earlier = clock.now() - timedelta(hours=1)
    reported = drain().stamped(new_id(earlier), earlier)

    assert await journal.write([reported]) == [reported]
    assert await journal.get(reported.id) == reported
