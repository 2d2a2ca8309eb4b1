"""What a living world promises: how soon it is up, how soon a change is enforced, and what a lost location costs."""

import json
import statistics
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from tests.bench.row import Row
from tests.support.ports import reserve
from tests.support.world import BRITISH, MERIDIAN, World, until

CHANGES = 50
LOAD = ("--rps", "500", "--mix", "launch-day")


def measure(folder: Path) -> Iterator[Row]:
    world = World(folder / "home", reserve(10)[0])
    try:
        world.start()
        world.stop()
        yield warm_start(world)
        yield enforcement(world)
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


def enforcement(world: World) -> Row:
    """From the moment an operator's change is sent to the moment each edge obeys it."""
    token = {"authorization": f"Bearer {world.token('bench')}", "x-forwarded-for": BRITISH}
    edges = [world.edge(region) for region in ("EU", "US", "APAC")]
    path = f"{world.control}/infrastructure/users/bench/override"
    times: list[float] = []
    with (
        ThreadPoolExecutor(len(edges)) as pool,
        httpx.Client(headers=world.admin, trust_env=False) as operator,
    ):
        for number in range(CHANGES):
            region = ("APAC", "US")[number % 2]
            began = time.monotonic()
            waiting = [pool.submit(obeyed, edge, token, region, began) for edge in edges]
            operator.put(path, json={"region": region, "reason": "bench"}).raise_for_status()
            times.append(max(each.result() for each in waiting))
    p99 = statistics.quantiles(times, n=100)[98] * 1000
    note = f"{CHANGES} changes, slowest of 3 edges each; median {statistics.median(times) * 1000:.0f} ms"
    return Row("change -> enforced on all edges, p99", p99, 300, "ms", note)


def obeyed(edge: str, headers: dict[str, str], region: str, began: float) -> float:
    with httpx.Client(headers=headers, trust_env=False) as client:
        while time.monotonic() < began + 10:
            if client.get(f"{edge}/v1/feed").json().get("home") == region:
                return time.monotonic() - began
            time.sleep(0.005)
    raise AssertionError(f"{edge} did not obey within 10 s")


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
