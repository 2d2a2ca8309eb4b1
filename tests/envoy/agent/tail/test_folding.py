"""From lines to records at control: nothing counted twice, nothing lost, whatever ends in between."""

import asyncio
import gzip
import json
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.core.clock import FakeClock
from meridian.core.decision import Decision
from meridian.envoy.agent.folder import EdgeFolder
from meridian.envoy.agent.tail.shipping import Taken
from meridian.envoy.agent.tail.spool import POSITION
from meridian.envoy.agent.tail.tail import Tail, tail
from meridian.envoy.fold import EdgeFacts, Harvest, Source
from tests.envoy.agent.conftest import until


@dataclass
class Users:
    """Counts lines by window and user."""

    source: Source = "access"
    counts: Counter[tuple[int, str]] = field(default_factory=Counter)
    decide: Sequence[Decision] = ()

    def add(self, window: int, lines: Sequence[Any]) -> None:
        self.counts.update((window, line.user) for line in lines)

    def harvest(self, now: datetime) -> Harvest:
        counts, self.counts = self.counts, Counter()
        records = [{"counts": [[*key, count] for key, count in counts.items()]}] if counts else []
        return Harvest(records, self.decide)


class Broken(Users):
    def add(self, window: int, lines: Sequence[Any]) -> None:
        raise RuntimeError("this fold is broken")

    def harvest(self, now: datetime) -> Harvest:
        raise RuntimeError("this fold is broken")


@dataclass
class Control:
    """Takes records, or not. received: id -> record, so that what comes twice counts once."""

    up: bool = True
    answer: Taken | None = field(default_factory=Taken)
    received: dict[str, Any] = field(default_factory=dict)
    deaf: bool = False

    async def take(self, body: bytes) -> Taken | None:
        if not self.up:
            raise OSError("control is away")
        raw = json.loads(gzip.decompress(body))
        self.received |= {each["id"]: each for each in raw["records"]}
        if self.deaf:
            raise OSError("the answer is lost")
        return self.answer

    def counts(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for record in self.received.values():
            for _, user, count in record["content"]["counts"]:
                found[user] += count
        return found


@dataclass
class Edge:
    home: Path
    control: Control = field(default_factory=Control)
    clock: FakeClock = field(default_factory=FakeClock)
    decisions: list[Decision] = field(default_factory=list)
    folds: Sequence[Any] = ()

    def __post_init__(self) -> None:
        (self.home / "log").mkdir(parents=True, exist_ok=True)
        (self.home / "runtime").mkdir(exist_ok=True)

    def start(self) -> Tail:
        folder = EdgeFolder(self.home, self.home / "runtime")
        facts = EdgeFacts("EU", "EU-1", self.home)
        folds = self.folds or (Users(),)
        return tail(
            folder, facts, {"sample": lambda _: folds}, self.clock, self.decisions.extend, self.control.take
        )

    def write(self, *users: str) -> None:
        with (self.home / "log" / "access.log").open("a") as file:
            for user in users:
                file.write(json.dumps({"t": f"{self.clock.now().timestamp():.3f}", "user": user}) + "\n")


def read(tail: Tail) -> None:
    assert tail.folding
    while tail.folding.step():
        pass


async def keep(tail: Tail) -> None:
    assert tail.folding
    await tail.folding.checkpoint()


async def ship(tail: Tail) -> bool:
    assert tail.shipping
    return await tail.shipping.ship()


def crash(tail: Tail) -> None:
    """Nothing is harvested or written any more."""
    assert tail.folding
    for log in tail.folding.logs.values():
        log.follower.close()


async def test_lines_become_records_at_control(tmp_path: Path) -> None:
    edge = Edge(tmp_path)
    running = edge.start()
    edge.write("anna", "ben", "anna")
    read(running)
    await keep(running)
    assert await ship(running)
    [record] = edge.control.received.values()
    assert record["feature"] == "sample"
    assert edge.control.counts() == {"anna": 2, "ben": 1}
    crash(running)


async def test_a_crash_before_the_checkpoint_loses_and_doubles_nothing(tmp_path: Path) -> None:
    edge = Edge(tmp_path)
    running = edge.start()
    edge.write("anna")
    read(running)
    await keep(running)
    edge.write("ben")
    read(running)
    crash(running)
    running = edge.start()
    edge.write("chris")
    read(running)
    await keep(running)
    assert await ship(running)
    assert edge.control.counts() == {"anna": 1, "ben": 1, "chris": 1}
    crash(running)


async def test_while_control_is_away_records_wait_and_then_all_come_once(tmp_path: Path) -> None:
    edge = Edge(tmp_path)
    edge.control.up = False
    running = edge.start()
    for user in ("anna", "ben", "chris"):
        edge.write(user)
        read(running)
        await keep(running)
        assert not await ship(running)
        crash(running)
        running = edge.start()
    edge.control.up, edge.control.deaf = True, True
    assert not await ship(running)
    edge.control.deaf = False
    assert await ship(running)
    assert edge.control.counts() == {"anna": 1, "ben": 1, "chris": 1}
    crash(running)


async def test_a_fold_that_fails_stops_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    edge = Edge(tmp_path, folds=(Broken(), Users()))
    running = edge.start()
    edge.write("anna")
    read(running)
    await keep(running)
    await ship(running)
    assert edge.control.counts() == {"anna": 1}
    crash(running)


async def test_a_pulse_tells_of_every_line_that_was_read(tmp_path: Path) -> None:
    class Telling(Users):
        def pulse(self, now: datetime) -> dict[str, Any]:
            return {"lines": self.counts.total()}

    edge = Edge(tmp_path, folds=(Telling(),))
    running = edge.start()
    edge.write("anna", "ben")
    assert running.pulses(edge.clock.now()) == {"sample": {"lines": 2}}
    await keep(running)
    await ship(running)
    assert edge.control.counts() == {"anna": 1, "ben": 1}
    crash(running)


async def test_a_full_disk_keeps_records_in_memory_until_there_is_room(tmp_path: Path) -> None:
    edge = Edge(tmp_path)
    running = edge.start()
    position = tmp_path / "records" / POSITION
    position.mkdir()
    edge.write("anna")
    read(running)
    await keep(running)
    assert "could not be written" in running.problem
    await ship(running)
    assert edge.control.counts() == {}
    position.rmdir()
    edge.write("anna")
    read(running)
    await keep(running)
    assert running.problem == ""
    await ship(running)
    assert edge.control.counts() == {"anna": 2}
    crash(running)


@pytest.mark.parametrize("answer", [None, Taken(1, "it is older than 2 days")])
async def test_what_control_will_never_take_is_given_up_and_said(
    tmp_path: Path, answer: Taken | None
) -> None:
    edge = Edge(tmp_path)
    edge.control.answer = answer
    running = edge.start()
    edge.write("anna")
    read(running)
    await keep(running)
    assert await ship(running)
    assert running.problem == "1 records of this edge were given up"
    crash(running)


async def test_decisions_of_folds_go_to_the_journal(tmp_path: Path) -> None:
    decision = Decision("limits.shield", "block", "u1", "5 failed logins within 60 s")
    edge = Edge(tmp_path, folds=(Users(decide=[decision]),))
    running = edge.start()
    await keep(running)
    assert edge.decisions == [decision]
    crash(running)


async def test_it_runs_by_itself_and_finishes_what_is_there_when_the_edge_leaves(tmp_path: Path) -> None:
    edge = Edge(tmp_path)
    running = edge.start()
    task = asyncio.create_task(running.always())
    edge.write("anna")
    assert running.folding
    await until(lambda: running.folding.logs["access"].lines == 1)  # type: ignore[union-attr]
    edge.clock.advance(10)
    await until(lambda: edge.control.counts() == {"anna": 1})
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    edge.write("ben")
    await running.finish()
    assert edge.control.counts() == {"anna": 1, "ben": 1}
    crash(running)


async def test_an_edge_without_folds_reads_nothing(tmp_path: Path) -> None:
    folder = EdgeFolder(tmp_path, tmp_path)
    idle = tail(folder, EdgeFacts("EU", "EU-1", tmp_path), {}, FakeClock(), print, Control().take)
    await idle.finish()
    assert idle.problem == ""
    assert not folder.records.exists()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(("write", "read", "keep", "ship", "crash", "control goes", "control comes", "deaf")),
        max_size=40,
    )
)
def test_whatever_happens_every_line_is_counted_once(tmp_path_factory: Any, actions: list[str]) -> None:
    edge = Edge(tmp_path_factory.mktemp("edge"))

    async def live() -> Counter[str]:
        running, number = edge.start(), 0
        for action in [*actions, "control comes", "read", "keep", "ship"]:
            if action == "write":
                edge.clock.advance(3)
                number += 1
                edge.write(f"u{number}", "all")
            elif action == "read":
                read(running)
            elif action == "keep":
                await keep(running)
            elif action == "ship":
                await ship(running)
            elif action == "crash":
                crash(running)
                running = edge.start()
            else:
                edge.control.up = action != "control goes"
                edge.control.deaf = action == "deaf"
        crash(running)
        return Counter({f"u{n + 1}": 1 for n in range(number)} | ({"all": number} if number else {}))

    written = asyncio.run(live())
    assert edge.control.counts() == written
