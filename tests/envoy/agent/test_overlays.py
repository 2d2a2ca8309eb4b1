"""What the edge's own loops lay over a snapshot."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from meridian.core.decision import Decision
from meridian.envoy.agent.overlays import STAMP, Advice, Overlays
from meridian.envoy.report import HostHealth
from meridian.envoy.snapshot import Snapshot, edited, response, version_of
from tests.envoy.agent.conftest import World, until
from tests.envoy.agent.snapshots import endpoints, snapshot

NOW = datetime(2030, 1, 1, tzinfo=UTC)
FILE = "endpoints/chat@EU.json"


class Moving:
    """Sends chat to another port, and says so once."""

    def __init__(self, port: int) -> None:
        self.content = response([endpoints("chat@EU", "127.0.0.1", port)])
        self.said = False

    def step(
        self, snapshot: Snapshot, health: Sequence[HostHealth], now: datetime, monotonic: float
    ) -> tuple[Mapping[str, bytes], Sequence[Decision]]:
        if not health:
            return {}, ()
        decided = (
            () if self.said else (Decision("regions.test", "move", "chat@EU", "chat moves to another port"),)
        )
        self.said = True
        return {
            FILE: self.content,
            "listeners.json": b"not allowed",
            "endpoints/none.json": b"unknown",
        }, decided


class Failing:
    def step(self, *_: object) -> tuple[Mapping[str, bytes], Sequence[Decision]]:
        raise ZeroDivisionError


HEALTH = (HostHealth(cluster="chat@EU", location="europe-west1", address="127.0.0.1:9", healthy=True),)


def test_only_endpoints_of_the_snapshot_are_laid_over_and_a_failing_loop_stops_no_other(
    tmp_path: Path,
) -> None:
    base = snapshot(8081)
    moving = Moving(7777)
    overlays = Overlays([Failing(), moving], tmp_path / "overlay.json")
    assert overlays.over(base) == base.resources
    decided = overlays.step(base, HEALTH, NOW, 0.0)
    assert [each.kind for each in decided] == ["move"]
    assert overlays.over(base) == {**base.resources, FILE: moving.content}


def test_a_restarted_agent_goes_on_with_them_but_not_over_new_endpoints(tmp_path: Path) -> None:
    base, moving, path = snapshot(8081), Moving(7777), tmp_path / "overlay.json"
    before = Overlays([moving], path)
    before.step(base, HEALTH, NOW, 0.0)
    before.keep(base, before.over(base))

    after = Overlays([Moving(7777)], path)
    assert after.over(base)[FILE] == moving.content
    changed = snapshot(8081, upstream=10)
    assert after.over(changed) == changed.resources


class Stamping:
    """Lays its advice over the stamp; fails where there is none."""

    def __init__(self) -> None:
        self.advice: Advice = {}

    def heed(self, advice: Advice) -> None:
        self.advice = advice

    def step(self, snapshot: Snapshot, *_: object) -> tuple[Mapping[str, bytes], Sequence[Decision]]:
        laid = edited(snapshot.resources[STAMP], b"(handle)", self.advice["test"]["say"].encode())
        return {STAMP: laid, "extensions/other.json": b"not allowed"}, ()


def test_advice_is_laid_over_the_stamp_of_this_snapshot_and_no_other(tmp_path: Path) -> None:
    advice: dict[str, Any] = {"test": {"say": "(one)"}}
    overlays = Overlays([Stamping()], tmp_path / "overlay.json", lambda: advice)
    base, newer = snapshot(8081), snapshot(8081, lua="function envoy_on_response(handle) end")
    overlays.step(base, (), NOW, 0.0)
    laid = overlays.over(base)
    assert laid == {**base.resources, STAMP: laid[STAMP]}
    assert b"envoy_on_request(one)" in laid[STAMP]
    assert version_of(laid[STAMP]) != version_of(base.resources[STAMP])
    assert overlays.over(newer) == newer.resources  # until the loop has seen it
    overlays.step(newer, (), NOW, 1.0)
    assert b"envoy_on_response(one)" in overlays.over(newer)[STAMP]
    advice.clear()
    overlays.step(base, (), NOW, 2.0)  # fails, and its last answer was about another stamp
    assert overlays.over(base) == base.resources


def test_a_restarted_agent_begins_with_the_stamp_it_had_until_its_loops_answer(tmp_path: Path) -> None:
    base, path = snapshot(8081), tmp_path / "overlay.json"
    before = Overlays([Stamping()], path, lambda: {"test": {"say": "(one)"}})
    before.step(base, (), NOW, 0.0)
    before.keep(base, before.over(base))
    after = Overlays([Stamping()], path, lambda: {"test": {"say": "(two)"}})
    assert b"envoy_on_request(one)" in after.over(base)[STAMP]
    after.step(base, (), NOW, 0.0)
    assert b"envoy_on_request(two)" in after.over(base)[STAMP]
    assert (
        Overlays([], path).over(snapshot(8081, lua="-- another"))
        == snapshot(8081, lua="-- another").resources
    )


async def test_they_reach_envoy_and_their_decisions_reach_control_when_it_is_back(world: World) -> None:
    world.control.acknowledges = False
    world.loops = (Moving(7777),)
    base = snapshot(world.port)
    agent = await world.serve(base)

    async def chat() -> str:
        found = {each["name"]: each for each in await agent.parts.supervisor.admin().clusters()}
        return json.dumps(found["chat@EU"]["host_statuses"][0]["address"])

    await until(lambda: agent.parts.files.current != base.resources)
    async with asyncio.timeout(5):
        while "7777" not in await chat():
            await asyncio.sleep(0.02)
    assert agent.reporting.report().digest == base.digest
    await until(lambda: any(each["kind"] == "move" for each in agent.reporting.report().decisions))

    # A new snapshot shows with the overlay at once, and a restart does not lose what control has not acknowledged.
    second = snapshot(world.port, answer="two")
    world.control.publish(second)
    await world.in_force(agent, second)
    assert "7777" in await chat()
    await world.abandon()
    world.control.acknowledges = True
    agent = world.start()
    await until(lambda: any(each["kind"] == "move" for each in world.control.decisions.values()))
    await until(lambda: agent.reporting.report().decisions == ())
