"""Before the start: processes that take too long, or end."""

import asyncio
import time

import pytest

from meridian.core.errors import Unavailable
from meridian.loadtest.engine.coordinator import MISSED
from meridian.loadtest.engine.run import run
from tests.loadtest.engine.plans import PlainPlan, origin
from tests.loadtest.engine.test_run import Watch, workers


async def test_processes_that_are_never_ready_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meridian.loadtest.engine.coordinator.TO_PREPARE", 0.05)
    with pytest.raises(Unavailable, match="were not ready after"):
        await run(PlainPlan([origin(1)], prepares=60.0), on_second=Watch())
    assert not workers()


async def test_a_process_that_ends_before_the_start_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meridian.loadtest.engine.sending.COMMAND", ("false",))
    watch = Watch()
    with pytest.raises(
        Unavailable, match="load generator 1 ended too soon, with exit status 1 before the start"
    ):
        await run(PlainPlan([origin(1)]), on_second=watch)
    assert not watch.told


async def test_a_start_that_was_missed_is_told_and_nothing_is_sent_late() -> None:
    watch = Watch()
    with pytest.raises(
        Unavailable, match=r"the start at \S+ was missed by \S+ s while .*: nothing was sent; give --start-at"
    ):
        await run(PlainPlan([origin(1)]), on_second=watch, start_at=time.time() - 2 * MISSED)
    assert not watch.told
    assert not workers()


async def test_it_is_told_how_far_preparing_is() -> None:
    told: list[tuple[int, int]] = []
    stop = asyncio.Event()

    def preparing(done: int, of: int) -> None:
        told.append((done, of))
        if of:
            stop.set()

    plan = PlainPlan([origin(1)], prepares=60.0)
    async with asyncio.timeout(30):
        await run(plan, on_second=Watch(), processes=2, stop=stop, on_preparing=preparing)
    assert told[-1] in ((3, 4), (6, 8))
    assert not workers()
