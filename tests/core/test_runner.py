"""The runner: observe, decide, journal, actuate; and a failure that stops nobody else."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from meridian.core.clock import FakeClock
from meridian.core.decision import Decision
from meridian.core.journal import MemoryJournal
from meridian.core.runner import Runner


@dataclass
class Counter:
    """Counts its observations, and decides each time the count is even."""

    name: str = "test.counter"
    interval: float = 0.0
    seen: list[Any] = field(default_factory=list)
    done: list[Decision] = field(default_factory=list)
    fails: bool = False

    def initial(self) -> int:
        return 0

    async def observe(self) -> int:
        if self.fails:
            raise RuntimeError("nothing to see")
        return 1

    def decide(
        self, policy: str, state: int, observation: int, now: datetime
    ) -> tuple[int, Sequence[Decision]]:
        self.seen.append((policy, state, now))
        following = state + observation
        return following, [
            Decision(self.name, "even", "n", f"{following} is even")
        ] if following % 2 == 0 else []

    def replay(self, policy: str, evidence: dict[str, Any]) -> Sequence[Decision]:
        return []

    async def actuate(self, decision: Decision) -> None:
        self.done.append(decision)


class BrokenJournal(MemoryJournal):
    async def write(self, decisions: Sequence[Decision]) -> list[Decision]:
        raise RuntimeError("the journal is away")


def runner(*controllers: Counter, journal: MemoryJournal | None = None, leading: bool = True) -> Runner:
    clock = FakeClock()
    return Runner(controllers, journal or MemoryJournal(clock), clock, lambda: "policy", lambda: leading)


async def test_a_cycle_observes_decides_journals_and_then_acts() -> None:
    counter = Counter()
    running = runner(counter)
    await running.cycle(counter)
    assert counter.done == []
    await running.cycle(counter)
    assert [decision.sentence for decision in counter.done] == ["2 is even"]
    assert counter.done[0].id
    assert await running.journal.recent() == counter.done
    assert [state for _, state, _ in counter.seen] == [0, 1]


async def test_nothing_is_done_that_could_not_be_journalled_and_the_state_stays() -> None:
    counter = Counter()
    running = runner(counter, journal=BrokenJournal())
    await running.cycle(counter)
    with pytest.raises(RuntimeError, match="away"):
        await running.cycle(counter)
    assert counter.done == []
    with pytest.raises(RuntimeError, match="away"):
        await running.cycle(counter)
    assert [state for _, state, _ in counter.seen] == [0, 1, 1]


async def test_one_controllers_failure_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = Counter("test.broken", fails=True), Counter("test.sound")
    task = asyncio.create_task(runner(broken, sound).run())
    async with asyncio.timeout(5):
        while len(sound.done) < 3:
            await asyncio.sleep(0)
    task.cancel()
    assert "test.broken: this cycle failed and will be tried again: nothing to see" in caplog.text


async def test_who_does_not_lead_does_nothing() -> None:
    counter = Counter()
    task = asyncio.create_task(runner(counter, leading=False).run())
    for _ in range(100):
        await asyncio.sleep(0)
    task.cancel()
    assert counter.seen == []
