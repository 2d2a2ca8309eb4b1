"""What a living world promises: how soon it is up, how soon a change is enforced, and what a lost location costs."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import degrading, enforcing
from tests.bench.row import Row
from tests.support.ports import reserve
from tests.support.world import BRITISH, MERIDIAN, World, until

LOAD = ("--rps", "500", "--mix", "launch-day")


def measure(folder: Path) -> Iterator[Row]:
    world = World(folder / "home", reserve(10)[0])
    try:
        world.start()
        world.stop()
        yield warm_start(world)
        yield from enforcing.measure(world)
        yield from degrading.measure(world)
        yield from lost_location(world)
    finally:
        world.stop()
        world.client.close()


def warm_start(world: World) -> Row:
    began = time.monotonic()
    world.process = subprocess.Popen(
        [str(MERIDIAN), "up", "--home", str(world.home), "--port-base", str(world.base)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=world.environment(),
    )
    until(lambda: world.get("/v1/feed", BRITISH).status_code == 200, 60, "the first routed request")
    first = time.monotonic() - began
    until(lambda: world.run("status", check=False).returncode == 0, 60, "all to be well")
    whole = time.monotonic() - began
    return Row(
        "warm start to the first routed request", first, 20, "s", f"{whole:.1f} s until all parts report well"
    )


def lost_location(world: World) -> Iterator[Row]:
    """500 requests a second for 200 s: a usual minute, a location killed, a location returning."""
    usual = traffic(world, 60)
    killed = traffic(world, 70, then=(10, ("kill", "europe-west1")))
    returned = traffic(world, 70, then=(5, ("restore", "europe-west1")))
    runs = (usual, killed, returned)
    sent = sum(run["sent"] for run in runs)
    failed = killed["failed"]["idempotent"] + returned["failed"]["idempotent"]
    other = killed["failed"]["other"] + returned["failed"]["other"]
    note = f"a location killed and restored at 500 rps; {other} other requests failed, which may not be sent twice"
    yield Row("failed idempotent requests", failed, 0, "", note)
    violations = sum(run["residency_violations"] for run in runs)
    yield Row("residency violations", violations, 0, "", f"in {sent:,} requests")
    before, after = usual["latency_ms"]["p99"], returned["latency_ms"]["p99"]
    yield Row(
        "p99 during the return / usual p99", after / before, 2, "", f"{after:.0f} ms against {before:.0f} ms"
    )


def traffic(world: World, seconds: int, then: tuple[int, tuple[str, str]] | None = None) -> dict[str, Any]:
    command = [str(MERIDIAN), "world", "traffic", *LOAD, "--duration", f"{seconds}s", "--json"]
    sender = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=world.environment()
    )
    if then:
        time.sleep(then[0])
        world.run("world", *then[1])
    output, _ = sender.communicate(timeout=seconds + 60)
    return dict(json.loads(output))
