"""Before the start: processes that take too long, or end."""

import pytest

from meridian.core.errors import Unavailable
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
