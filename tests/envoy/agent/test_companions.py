"""Real companions: kept running, adopted, replaced, stopped, and told of."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from meridian.envoy.agent import companions as module
from meridian.envoy.agent import register
from meridian.envoy.agent.companions import Companions, keep, pause
from meridian.envoy.agent.process import EnvoyProcess, spawn
from meridian.envoy.companion import Companion
from meridian.envoy.snapshot import Snapshot
from tests.envoy.agent.conftest import World, until
from tests.envoy.agent.snapshots import snapshot

PROGRAM = Path(__file__).with_name("companion_program.py")
WITH = Snapshot("EU", {"wants.json": b"{}"})
WITHOUT = Snapshot("EU", {})


def companion(*more: str) -> Companion:
    return Companion(
        "friend",
        lambda home: [sys.executable, str(PROGRAM), str(home), *more],
        lambda snapshot: "wants.json" in snapshot.resources,
    )


@dataclass
class Edge:
    """An agent's companions, without the rest of it. problems: about what -> what is wrong."""

    home: Path
    active: Snapshot | None = WITH
    problems: dict[str, str] = field(default_factory=dict)
    _tasks: list[tuple[Companions, asyncio.Task[None]]] = field(default_factory=list)

    def agent(self, wanted: Companion | None = None) -> Companions:
        made = keep(
            [wanted or companion()], self.home, self.home, lambda: self.active, self.problems.__setitem__
        )
        self._tasks.append((made, asyncio.create_task(made.always())))
        return made

    async def killed(self) -> None:
        """The agent is gone at once, and what it started goes on."""
        _, task = self._tasks.pop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def left(self) -> None:
        made, _ = self._tasks[-1]
        await self.killed()
        await made.stop()

    def process(self) -> EnvoyProcess | None:
        """The one in the pid file, where it lives."""
        found = register.companions(self.home)
        assert len(found) <= 1
        return found[0] if found else None

    async def running(self) -> EnvoyProcess:
        await until(lambda: self.process() is not None and (self.home / "companion.runs").exists())
        found = self.process()
        assert found is not None
        return found


@pytest.fixture
async def edge(tmp_path: Path) -> AsyncIterator[Edge]:
    made = Edge(tmp_path)
    yield made
    while made._tasks:
        await made.left()
    await register.stop_all(made.home, 1.0)


async def test_it_runs_while_a_snapshot_wants_it_and_ends_when_none_does(edge: Edge) -> None:
    edge.active = None
    edge.agent()
    await until(lambda: "companion friend" in edge.problems)
    assert edge.process() is None
    edge.active = WITH
    first = await edge.running()
    edge.active = WITHOUT
    await until(lambda: not first.alive() and edge.process() is None)
    edge.active = WITH
    await edge.running()
    assert edge.problems == {"companion friend": ""}


async def test_one_that_dies_is_started_again_and_told_of(edge: Edge) -> None:
    edge.agent()
    first = await edge.running()
    os.kill(first.pid, signal.SIGKILL)
    await until(lambda: "ended unexpectedly" in edge.problems["companion friend"])
    second = await edge.running()
    assert second.pid != first.pid
    await until(lambda: not edge.problems["companion friend"])


async def test_one_that_cannot_run_is_tried_ever_more_seldom_and_its_last_words_are_told(edge: Edge) -> None:
    (edge.home / "refuse").write_text("")
    made = edge.agent()
    await until(lambda: "does not want to" in edge.problems.get("companion friend", ""))
    await until(lambda: made.kept[0]._failures >= 3)
    (edge.home / "refuse").unlink()
    await edge.running()
    assert [pause(failures) for failures in (1, 2, 3, 4, 50)] == [0.0, 0.1, 0.2, 0.4, 5.0]


async def test_it_outlives_an_agent_that_is_killed_and_the_next_one_adopts_it(edge: Edge) -> None:
    edge.agent()
    first = await edge.running()
    await edge.killed()
    assert first.alive()
    made = edge.agent()
    await until(lambda: made.kept[0].process is not None)
    assert (await edge.running()).pid == first.pid
    await edge.left()
    assert not first.alive()
    assert edge.process() is None


async def test_one_that_no_pid_file_names_is_known_by_its_command_line(edge: Edge) -> None:
    pid = spawn(list(companion().argv(edge.home)), edge.home, edge.home / "out")
    await until((edge.home / "companion.runs").exists)
    edge.agent()
    assert (await edge.running()).pid == pid


@pytest.mark.parametrize("change", ["command line", "version"])
async def test_one_of_an_older_making_is_replaced(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    edge.agent()
    first = await edge.running()
    await edge.killed()
    if change == "version":
        monkeypatch.setattr(module, "version", lambda name: "999")
    edge.agent(companion("anew") if change == "command line" else companion())
    await until(lambda: not first.alive())
    assert (await edge.running()).pid != first.pid


async def test_what_it_writes_of_its_trouble_is_told(edge: Edge) -> None:
    edge.agent()
    await edge.running()
    (edge.home / "companions" / "friend.trouble").write_text("the store\nis away")
    await until(lambda: edge.problems["companion friend"] == "the store is away")
    (edge.home / "companions" / "friend.trouble").write_text("")
    await until(lambda: not edge.problems["companion friend"])


async def test_stopping_what_is_left_of_an_edge_stops_its_companions(edge: Edge) -> None:
    edge.agent()
    first = await edge.running()
    await edge.killed()
    assert await register.stop_all(edge.home, 2.0) == 0, "which counts Envoys"
    assert not first.alive()
    assert edge.process() is None


async def test_beside_a_real_envoy_it_comes_and_goes_with_the_agent_and_stands_in_its_report(
    world: World,
) -> None:
    world.companions = [
        Companion("friend", lambda home: [sys.executable, str(PROGRAM), str(home)], lambda snapshot: True)
    ]
    agent = await world.serve(snapshot(world.port))
    await until((world.home / "companion.runs").exists)
    (world.home / "companions" / "friend.trouble").write_text("something is wrong with it")
    await until(lambda: "something is wrong with it" in agent.reporting.report().sentence)
    await world.leave()
    assert not (world.home / "companion.runs").exists()
    assert not register.companions(world.home)
