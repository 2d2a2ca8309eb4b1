"""The silent Envoy that takes every snapshot first."""

import json
import time

import pytest

from meridian.envoy.agent.silence import Silencer
from tests.envoy.agent.conftest import World, until
from tests.envoy.agent.snapshots import snapshot


def test_what_is_rehearsed_neither_binds_nor_speaks_to_anyone() -> None:
    original = snapshot(8081)
    silent = Silencer().silenced(original.resources)
    assert silent.keys() == {name for name in original.resources if not name.startswith("endpoints/")}
    assert json.loads(silent["listeners.json"])["resources"][0]["bind_to_port"] is False
    cluster = json.loads(silent["clusters.json"])["resources"][0]
    assert (cluster["type"], cluster["load_assignment"]["endpoints"]) == ("STATIC", [])
    assert "eds_cluster_config" not in cluster
    assert silent["routes/public.json"] == original.resources["routes/public.json"]


async def test_it_takes_good_snapshots_and_refuses_bad_ones_without_a_fresh_envoy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other tests may run beside this one: what they leave of the kernel's limit is enough for it.
    monkeypatch.setattr("meridian.envoy.agent.rehearsal.SPARE", 0)
    world.rehearse = True
    agent = await world.serve(snapshot(world.port))
    rehearsal = agent.parts.rehearsal
    assert rehearsal is not None
    await until(lambda: rehearsal.ready)

    took = []
    for number in range(5):
        good = snapshot(world.port, answer=f"answer {number}", lua=f"-- {number}")
        start = time.monotonic()
        world.control.publish(good)
        await world.in_force(agent, good)
        took.append(time.monotonic() - start)
        assert await world.ask() == f"answer {number}"
    print("published to confirmed, ms:", [round(1000 * each) for each in took])

    world.control.publish(snapshot(world.port, answer="bad", lua="function envoy_on_request("))
    await until(lambda: agent.state.rejection is not None)
    assert agent.state.rejection is not None
    assert agent.state.rejection.resource == "extensions/stamp.json"
    assert "expected near" in agent.state.rejection.reason
    assert await world.ask() == "answer 4"

    # It is of no use after a refusal; the next snapshot is checked by a fresh Envoy, and then there is a new one.
    after = snapshot(world.port, answer="after")
    world.control.publish(after)
    await world.in_force(agent, after)
    await until(lambda: rehearsal.ready)
