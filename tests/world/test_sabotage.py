"""Faults on real sample apps: carried out, remembered over a crash, undone."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meridian.core.errors import InvalidInput, NotFound
from meridian.world.crew import Crew
from meridian.world.fetch import fetch_async
from meridian.world.home import Home
from meridian.world.plan import Blueprint
from meridian.world.ports import allot, is_free
from meridian.world.sabotage import Sabotage
from meridian.world.topology import Topology
from tests.world.conftest import Eventually

TOPOLOGY = Topology({"EU": ("europe-west1",), "US": ("us-central1",)})


class Bench:
    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.crew = Crew(lambda child: self.sabotage.reapply(child))
        self.sabotage = Sabotage(blueprint.home, self.crew, lambda: blueprint.topology)

    async def status(self, location: str) -> int:
        url = f"http://127.0.0.1:{self.blueprint.ports.apps[location]}/healthz"
        return (await fetch_async(url, within=0.3))[0]

    async def wait_for(self, location: str, status: int) -> None:
        async with asyncio.timeout(10):
            while await self.status(location) != status:
                await asyncio.sleep(0.01)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    home = Home.at(tmp_path / "home")
    ports = allot(TOPOLOGY.regions, 9080, None, is_free)
    bench = Bench(Blueprint(home, TOPOLOGY, ports, tmp_path / "none.yaml"))
    bench.blueprint.write()
    for name, plan in bench.blueprint.parts().items():
        if not name.startswith("edge:"):
            bench.crew.add(plan)
    await bench.wait_for("europe-west1", 200)
    await bench.wait_for("us-central1", 200)
    yield bench
    await bench.crew.stop()


async def test_a_killed_location_stays_down_until_it_is_restored(
    bench: Bench, eventually: Eventually
) -> None:
    sentence = await bench.sabotage.carry_out("kill", "europe-west1")
    assert "meridian world restore europe-west1" in sentence
    await eventually(lambda: bench.crew.children["app:europe-west1"].state == "held")
    assert await bench.status("europe-west1") == 0
    assert await bench.status("us-central1") == 200
    await bench.sabotage.carry_out("restore", "europe-west1")
    await bench.wait_for("europe-west1", 200)
    assert bench.sabotage.force == {}


async def test_a_partition_outlives_a_crash_of_the_app_and_ends_with_restore(
    bench: Bench, eventually: Eventually
) -> None:
    await bench.sabotage.carry_out("partition", "europe-west1")
    assert await bench.status("europe-west1") == 0
    child = bench.crew.children["app:europe-west1"]
    assert child.process is not None
    os.kill(child.process.pid, signal.SIGKILL)
    await eventually(lambda: child.restarts == 1 and child.state == "running")
    await eventually(lambda: not bench.sabotage._tasks)
    assert await bench.status("europe-west1") == 0
    await bench.sabotage.carry_out("restore", "all")
    await bench.wait_for("europe-west1", 200)


async def test_a_link_is_cut_and_restored(bench: Bench) -> None:
    assert "nothing passes" in await bench.sabotage.carry_out("partition", "link:US:EU")
    assert [fault.target for fault in bench.sabotage.force.values()] == ["link:EU:US"]
    await bench.sabotage.carry_out("restore", "link:EU:US")
    assert await bench.sabotage.carry_out("restore", "link:EU:US") == "nothing was wrong with link:EU:US"


async def test_faults_of_a_region_that_went_away_are_forgotten(bench: Bench) -> None:
    await bench.sabotage.carry_out("slow", "europe-west1", amount=5)
    bench.sabotage.forget(Topology({"US": ("us-central1",)}))
    assert bench.sabotage.force == {}


async def test_what_does_not_exist_or_does_not_run_here_is_refused(bench: Bench) -> None:
    with pytest.raises(NotFound, match="did you mean europe-west1"):
        await bench.sabotage.carry_out("kill", "europe-west9")
    with pytest.raises(InvalidInput, match="not run by this world"):
        await bench.sabotage.carry_out("kill", "postgres")
    with pytest.raises(InvalidInput, match="is no fault"):
        await bench.sabotage.carry_out("tickle", "europe-west1")
    assert bench.sabotage.force == {}
