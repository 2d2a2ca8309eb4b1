"""The supervisor with real child processes, where control is none that answers: what a person then reads, and what is left."""

import asyncio
import json
from pathlib import Path

import pytest

from meridian.core.errors import Unavailable
from meridian.world import hotline, supervisor
from meridian.world.child import ChildPlan
from meridian.world.home import Home
from meridian.world.plan import Blueprint
from meridian.world.ports import allot, is_free
from meridian.world.process import ProcessId
from meridian.world.supervisor import Supervisor
from meridian.world.topology import Topology
from tests.world.conftest import Eventually

TOPOLOGY = Topology({"EU": ("europe-west1",), "US": ("us-central1",)})


@pytest.fixture
def blueprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Blueprint:
    """Edges and control that only wait; PostgreSQL is somebody else's."""
    monkeypatch.setenv("MERIDIAN_DATABASE_URL", "postgresql://elsewhere/db")
    for name in ("agent_of", "control_process"):
        monkeypatch.setattr(Blueprint, name, _waits if name == "agent_of" else _fails)
    ports = allot(TOPOLOGY.regions, 29_000, None, is_free)
    drawn = Blueprint(Home.at(tmp_path / "home"), TOPOLOGY, ports, tmp_path / "none.yaml")
    drawn.write()
    return drawn


def _waits(self: Blueprint, region: str) -> ChildPlan:
    return ChildPlan(f"edge:{region}", ["sleep", "60"], self.home.log(f"edge-{region}"))


def _fails(self: Blueprint, url: str) -> ChildPlan:
    script = "echo the settings are wrong: no such file; exit 7"
    return ChildPlan("control", ["sh", "-c", script], self.home.log("control"))


def _recorded(home: Home) -> list[ProcessId]:
    raw = json.loads(home.state.read_text())
    return [ProcessId(p["pid"], p["started"]) for p in raw["processes"] if p["pid"]]


async def test_a_control_that_cannot_start_is_told_with_its_last_words_and_nothing_stays(
    blueprint: Blueprint,
) -> None:
    with pytest.raises(Unavailable, match=r"(?s)control ended with exit status 7.*the settings are wrong"):
        await Supervisor(blueprint).run()
    assert _recorded(blueprint.home) == []
    assert not blueprint.home.supervisor.exists()


async def test_it_answers_while_it_starts_and_stops_when_told(
    blueprint: Blueprint, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "ATTEMPTS", 10_000)
    world = Supervisor(blueprint)
    running = asyncio.create_task(world.run())
    await eventually(lambda: blueprint.home.supervisor.exists())
    await eventually(lambda: blueprint.home.state.exists() and len(_recorded(blueprint.home)) >= 5)
    told = await hotline.ask_async(blueprint.home.supervisor, {"command": "status"})
    assert (told["phase"], told["urls"]["US"]) == ("starting", "http://127.0.0.1:29002")
    started = _recorded(blueprint.home)
    await hotline.ask_async(blueprint.home.supervisor, {"command": "stop"})
    await asyncio.wait_for(running, 20)
    assert not any(process.alive() for process in started)


async def test_a_changed_topology_starts_and_stops_what_it_must(
    blueprint: Blueprint, eventually: Eventually
) -> None:
    world = Supervisor(blueprint)
    for plan in blueprint.parts().values():
        world.crew.add(plan)
    await eventually(lambda: all(child.state == "running" for child in world.crew.children.values()))
    kept = world.crew.children["app:us-central1"].process
    for region in ("MENA",):
        blueprint.home.edge(region).mkdir(parents=True)
        blueprint.home.edge_token(region).write_text("a token that control knows\n")
    await eventually(lambda: blueprint.home.links_control.exists())

    await world._become(Topology({"US": ("us-central1",), "MENA": ("me-central1",)}))
    assert sorted(world.crew.children) == [
        "app:me-central1",
        "app:us-central1",
        "edge:MENA",
        "edge:US",
        "links",
    ]
    assert world.crew.children["app:us-central1"].process == kept
    told = await hotline.ask_async(blueprint.home.links_control, {"command": "reload"})
    assert told["links"] == 2
    inventory = json.loads(blueprint.home.inventory.read_text())
    assert sorted(inventory["peers"]) == ["MENA", "US"]
    assert inventory["urls"]["MENA"].startswith("http://127.0.0.1:2900")
    await world.crew.stop()
