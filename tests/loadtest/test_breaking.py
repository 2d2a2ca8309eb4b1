import asyncio
import time

import pytest

from meridian.core.errors import InvalidInput
from meridian.loadtest.breaking import Breaking
from meridian.loadtest.results.summary import Event
from meridian.loadtest.scenario.chaos import chaos_step


class Faults:
    """Notes what was done, and cannot do one thing."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str, float]] = []

    def can(self) -> dict[str, list[str]]:
        return {}

    async def do(self, verb: str, about: str, amount: float) -> str:
        if about == "nowhere":
            raise InvalidInput("there is no nowhere")
        self.done.append((verb, about, amount))
        return f"{about}: {verb}"


@pytest.fixture
def faults() -> Faults:
    return Faults()


def breaking(faults: Faults, *steps: str) -> tuple[Breaking, list[Event]]:
    seen: list[Event] = []

    async def happened(event: Event) -> None:
        seen.append(event)

    return Breaking([chaos_step(text, at / 50) for at, text in enumerate(steps)], faults, happened), seen


async def test_steps_are_done_in_order_each_at_its_time(faults):
    made, seen = breaking(faults, "slow west 300ms", "errors east 20%", "restore all")
    await made.run(time.time())
    assert faults.done == [("slow", "west", 300.0), ("errors", "east", 0.2), ("restore", "all", 0.0)]
    assert [event["what"] for event in seen] == ["slow west 300ms", "errors east 20%", "restore all"]
    assert all(event["at"] >= place / 50 for place, event in enumerate(seen))
    await made.mend(time.time())
    assert len(faults.done) == 3, "nothing was left to mend"


async def test_what_is_still_broken_at_the_end_is_mended(faults):
    made, _ = breaking(faults, "kill west", "drain east", "slow north 1s", "restore north")
    await made.run(time.time())
    await made.mend(time.time())
    assert sorted(faults.done[4:]) == [("restore", "west", 0.0), ("undrain", "east", 0.0)]


async def test_a_run_that_is_interrupted_mends_only_what_it_broke(faults):
    made, _ = breaking(faults, "kill west", *["slow east 1s"] * 500)
    task = asyncio.create_task(made.run(time.time()))
    while not faults.done:
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    broken = {(verb, about) for verb, about, _ in faults.done}
    await made.mend(time.time())
    mended = {about for verb, about, _ in faults.done if verb == "restore"}
    assert mended == {about for _, about in broken}


async def test_what_cannot_be_done_is_told_and_the_rest_goes_on(faults):
    made, seen = breaking(faults, "kill nowhere", "kill west")
    await made.run(time.time())
    assert "could not be done: there is no nowhere" in seen[0]["sentence"]
    assert faults.done == [("kill", "west", 0.0)]


async def test_the_next_step_is_known(faults):
    made, _ = breaking(faults, "kill west", "restore west")
    assert made.next(0.01) == (0.02, "restore west")
    assert made.next(1.0) is None
