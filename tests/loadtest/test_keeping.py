from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

import pytest
import pytest_asyncio

from meridian.core.decision import Decision
from meridian.core.errors import Conflict
from meridian.loadtest.keeping import NAME, Keeping
from meridian.loadtest.runs import Run
from meridian.loadtest.store import LoadTests
from meridian.store.database import Database
from meridian.store.migrations import OWN, migrate
from tests.alerts.bench import Bench
from tests.loadtest.live.test_view import FACTS


@pytest_asyncio.fixture
async def bench(postgres_url: str) -> AsyncIterator[Bench]:
    database = Database(postgres_url)
    await migrate(database, {**OWN, "load_tests": files("meridian.loadtest") / "migrations"})
    yield Bench(database)
    await database.close()


def run(id: str, bench: Bench, days: float = 0.0) -> Run:
    now = bench.clock.now()
    facts = replace(FACTS, began=now - timedelta(days=days))
    return Run(id, facts, "running", "starts", None, now, "anna", "control", None, None, None)


async def test_runs_are_kept_for_as_long_as_the_configuration_says(bench):
    store, now = LoadTests(bench.database), bench.clock.now()
    for id, days in (("young", 29), ("aged", 31), ("aged-and-runs", 31)):
        await store.begin(run(id, bench, days), now, alone=False)
    await store.abandon("young", "aborted", "over", now)
    await store.abandon("aged", "aborted", "over", now)
    await Keeping(bench).observe()
    assert {each.id for each in await store.runs(10, now)} == {"young", "aged-and-runs"}


async def test_an_undone_start_is_a_stop(bench):
    store, now = LoadTests(bench.database), bench.clock.now()
    await store.begin(run("started", bench), now, alone=True)
    undo = Decision(
        NAME,
        "undo",
        "swipe",
        "anna took back",
        action={"do": "stop", "id": "started"},
        actor="anna",
        reason="oops",
    )
    await Keeping(bench).actuate(undo)
    found = await store.run("started", now)
    assert found is not None
    assert found.stop == "anna: oops"


async def test_two_that_begin_at_once_are_one(bench):
    store, now = LoadTests(bench.database), bench.clock.now()
    await store.begin(run("first", bench), now, alone=True)
    with pytest.raises(Conflict, match="control already runs the load test swipe"):
        await store.begin(run("second", bench), now, alone=True)
    silent = now + timedelta(seconds=31)
    await store.begin(replace(run("third", bench), told=silent), silent, alone=True)


async def test_an_id_may_be_shortened_while_it_is_one_runs(bench):
    store, now = LoadTests(bench.database), bench.clock.now()
    for id in ("evening", "evening-2", "morning"):
        await store.begin(run(id, bench), now, alone=False)
    assert await store.beginning("morn") == ["morning"]
    assert await store.beginning("evening") == ["evening"], "a whole id is that run's"
    assert len(await store.beginning("even")) == 2
    assert await store.beginning("noon") == []
