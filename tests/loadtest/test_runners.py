"""A runner of control's that is told to stop ends, whether it wants to or not."""

import asyncio
import sys
from collections.abc import AsyncIterator
from importlib.resources import files

import pytest
import pytest_asyncio

from meridian.loadtest import runners
from meridian.loadtest.order import Order
from meridian.loadtest.runners import Reach, Runners
from meridian.loadtest.runs import Run
from meridian.loadtest.store import LoadTests
from meridian.store.database import Database
from meridian.store.migrations import OWN, migrate
from tests.alerts.bench import Bench
from tests.loadtest.live.test_view import FACTS

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('x', flush=True); time.sleep(60)"
OBEDIENT = "import time; time.sleep(60)"


@pytest_asyncio.fixture
async def bench(postgres_url: str) -> AsyncIterator[Bench]:
    database = Database(postgres_url)
    await migrate(database, {**OWN, "load_tests": files("meridian.loadtest") / "migrations"})
    yield Bench(database)
    await database.close()


async def started(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, program: str, found: Runners
) -> asyncio.subprocess.Process:
    now = bench.clock.now()
    run = Run("a-run", FACTS, "running", "starts", None, now, "anna", "control", None, None, None)
    await LoadTests(bench.database).begin(run, now, alone=True)
    monkeypatch.setattr(runners, "command", lambda *_: [sys.executable, "-c", program])
    await found.start(bench, "a-run", Order("swipe"), "swipe", 0.0, Reach())
    return found._running["a-run"]


async def over(bench: Bench, process: asyncio.subprocess.Process) -> Run:
    """The run, once its end is stored."""
    async with asyncio.timeout(20):
        await process.wait()
        while True:
            run = await LoadTests(bench.database).run("a-run", bench.clock.now())
            assert run is not None
            if run.state != "running":
                return run
            await asyncio.sleep(0.01)


async def test_one_that_hangs_is_killed(bench, monkeypatch):
    found = Runners(watched=0.02, grace=0.1, at_once=0.1)
    process = await started(bench, monkeypatch, DEAF, found)
    await LoadTests(bench.database).stop("a-run", "anna: enough")
    run = await over(bench, process)
    assert process.returncode == -9
    assert (run.state, run.sentence) == (
        "aborted",
        "its runner did not stop when it was told to, and was killed; there is no record",
    )


async def test_one_that_is_only_slow_is_told_to_end_at_once_first(bench, monkeypatch):
    process = await started(bench, monkeypatch, OBEDIENT, Runners(watched=0.02, grace=0.1, at_once=20.0))
    await LoadTests(bench.database).stop("a-run", "anna: enough")
    await over(bench, process)
    assert process.returncode == -15


async def test_one_that_nobody_stopped_goes_on(bench, monkeypatch):
    found = Runners(watched=0.01, grace=0.0, at_once=0.0)
    process = await started(bench, monkeypatch, "import time; time.sleep(0.6); print('done')", found)
    await over(bench, process)
    assert process.returncode == 0
