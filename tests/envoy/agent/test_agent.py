"""What an edge does with good, bad and missing snapshots, on a real Envoy."""

import json
import os
import signal

import pytest

from meridian.envoy.snapshot import Snapshot, response
from tests.envoy.agent.conftest import World, until
from tests.envoy.agent.snapshots import endpoints, snapshot


async def test_a_new_snapshot_is_in_force_and_reported(world: World) -> None:
    agent = await world.serve(snapshot(world.port))
    assert await world.ask() == "one"

    second = snapshot(world.port, answer="two", number=2)
    world.control.publish(second)
    await world.in_force(agent, second)

    assert await world.ask() == "two"
    await until(lambda: (last := world.control.last) is not None and last.digest == second.digest)
    last = world.control.last
    assert last is not None
    assert (last.config_version, last.envoy, last.rejection, last.sentence) == (2, "live", None, "")
    assert Snapshot.load((world.home / "snapshots/last-good.json").read_bytes()).digest == second.digest
    assert (world.home / "snapshots/before.json").exists()


async def test_a_snapshot_refused_in_validation_never_reaches_envoy(world: World) -> None:
    good = snapshot(world.port)
    agent = await world.serve(good)
    written = {path: path.stat().st_mtime_ns for path in (world.home / "xds").rglob("*.json")}

    bad = snapshot(world.port, answer="bad", lua="function envoy_on_request(")
    world.control.publish(bad)
    await until(lambda: agent.state.rejection is not None)

    assert agent.state.rejection is not None
    assert agent.state.rejection.digest == bad.digest
    assert "expected near" in agent.state.rejection.reason
    assert await world.ask() == "one"
    assert {path: path.stat().st_mtime_ns for path in (world.home / "xds").rglob("*.json")} == written
    assert Snapshot.load((world.home / "snapshots/rejected.json").read_bytes()).digest == bad.digest
    assert good.digest in agent.reporting.sentence()
    await until(lambda: (last := world.control.last) is not None and last.rejection == agent.state.rejection)


async def test_going_back_to_what_is_in_force_ends_a_refusal(world: World) -> None:
    good = snapshot(world.port)
    agent = await world.serve(good)
    world.control.publish(snapshot(world.port, lua="function envoy_on_request(", number=2))
    await until(lambda: agent.state.rejection is not None)

    world.control.publish(snapshot(world.port, number=3))
    await until(lambda: agent.state.rejection is None)
    assert agent.reporting.sentence() == ""
    assert agent.state.active is not None
    assert agent.state.active.config_version == 3


async def test_a_snapshot_refused_only_at_run_time_is_rolled_back(world: World) -> None:
    agent = await world.serve(snapshot(world.port))

    # Validation does not bind, so only the serving Envoy finds out that this address is not this machine's.
    bad = snapshot(world.port, answer="bad", host="192.0.2.1")
    world.control.publish(bad)
    await until(lambda: agent.state.rejection is not None)

    assert agent.state.rejection is not None
    assert agent.state.rejection.resource == "listeners.json"
    assert "cannot bind '192.0.2.1" in agent.state.rejection.reason
    assert await world.ask() == "one"
    assert agent.parts.files.current == {**agent.state.active.resources} if agent.state.active else False

    third = snapshot(world.port, answer="three")
    world.control.publish(third)
    await world.in_force(agent, third)
    assert await world.ask() == "three"
    assert agent.reporting.sentence() == ""


async def test_endpoints_alone_skip_the_validation_and_a_bad_one_is_rolled_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = await world.serve(snapshot(world.port))

    async def refuse(*_: object) -> None:
        raise AssertionError("endpoints were validated")

    monkeypatch.setattr(type(agent.parts.validation), "check", refuse)
    moved = snapshot(world.port, upstream=10)
    world.control.publish(moved)
    await world.in_force(agent, moved)

    resources = {**moved.resources}
    resources["endpoints/feed@EU.json"] = response([endpoints("feed@EU", "not-an-address", 9)])
    world.control.publish(Snapshot("EU", resources, 3))
    await until(lambda: agent.state.rejection is not None)
    assert agent.state.rejection is not None
    assert agent.state.rejection.resource == "endpoints/feed@EU.json"
    assert "malformed IP address: not-an-address" in agent.state.rejection.reason
    assert agent.parts.files.current == moved.resources


async def test_clusters_come_and_go_while_routes_always_find_theirs(world: World) -> None:
    agent = await world.serve(snapshot(world.port))
    other = snapshot(world.port, services=("chat@EU", "wallet@EU"))
    world.control.publish(other)
    await world.in_force(agent, other)
    names = {each["name"] for each in await agent.parts.supervisor.admin().clusters()}
    assert names == {"chat@EU", "wallet@EU"}
    assert not (world.home / "xds/endpoints/feed@EU.json").exists()
    assert agent.parts.files.current == other.resources


async def test_an_edge_starts_from_its_last_good_snapshot_with_control_down(world: World) -> None:
    await world.serve(snapshot(world.port))
    await world.leave()
    await world.control.stop()
    assert "Error" in await world.ask()

    agent = world.start()
    await until(lambda: agent.parts.supervisor.state == "live")
    assert await world.ask() == "one"
    await until(lambda: "does not answer" in agent.reporting.sentence())


async def test_a_damaged_last_good_snapshot_falls_back_to_the_one_before_and_says_so(world: World) -> None:
    first, second = snapshot(world.port), snapshot(world.port, answer="two")
    agent = await world.serve(first)
    world.control.publish(second)
    await world.in_force(agent, second)
    await world.leave()
    await world.control.stop()
    path = world.home / "snapshots/last-good.json"
    path.write_bytes(path.read_bytes()[:-20])

    agent = world.start()
    await until(lambda: agent.parts.supervisor.state == "live")
    assert await world.ask() == "one"
    assert f"runs on the one before, {first.digest}" in agent.reporting.sentence()


async def test_an_envoy_that_is_killed_is_started_again_on_what_it_served(world: World) -> None:
    agent = await world.serve(snapshot(world.port))
    for _ in range(2):
        killed = agent.reporting.report().pid
        os.kill(killed, signal.SIGKILL)
        took = await until(
            lambda gone=killed: (
                agent.reporting.report().pid != gone and agent.parts.supervisor.state == "live"
            )
        )
        print(f"serving again after {took * 1000:.0f} ms")
        assert await world.ask() == "one"
    await until(lambda: agent.reporting.sentence() == "")


async def test_settings_of_the_agent_that_are_wrong_are_refused_by_name(world: World) -> None:
    agent = await world.serve(snapshot(world.port))
    world.control.publish(snapshot(world.port, agent={"drain": "soon"}))
    await until(lambda: agent.state.rejection is not None)
    assert agent.state.rejection is not None
    assert agent.state.rejection.resource == "agent.json"
    assert agent.state.rejection.reason.startswith("drain:")


async def test_a_token_that_control_does_not_know_is_told_in_a_sentence(world: World) -> None:
    world.control.publish(snapshot(world.port))
    agent = world.start()
    world.control.token = "another"
    await until(lambda: "control does not know this edge's token" in agent.reporting.sentence())


async def test_the_same_content_under_another_number_touches_nothing(world: World) -> None:
    agent = await world.serve(snapshot(world.port))
    renumbered = Snapshot("EU", agent.state.active.resources if agent.state.active else {}, 7)
    before = (world.home / "xds/listeners.json").stat().st_mtime_ns
    await agent.cycle.offer(renumbered)
    assert agent.reporting.report().config_version == 7
    assert (world.home / "xds/listeners.json").stat().st_mtime_ns == before
    assert json.loads((world.home / "snapshots/last-good.json").read_bytes())["config_version"] == 7
