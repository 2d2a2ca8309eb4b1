"""CPU of the full edge chain against a bare proxy: the same requests, the same app, the same run, turn by turn.

The client's requests carry a token (ES256, cached) and a forwarded address, as real ones do. What is measured is the Envoy
processes' own CPU time, so the client's does not count.
"""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import psutil
import uvloop

from meridian.config.inventory import inventory
from meridian.envoy.compiler import compile_edges
from meridian.envoy.snapshot import Json
from meridian.envoy.types import HCM, ROUTER, address, extension, typed
from meridian.features import features
from meridian.geo.blocks import read_blocks
from meridian.geo.lookup import default_database
from meridian.world import issuer
from meridian.world.traffic.client import Pool, Request
from tests.bench.avalo import avalo, local
from tests.bench.row import Row
from tests.support.ports import reserve
from tests.support.world import until

RPS, SECONDS, ROUNDS = 2_000, 4, 5
ENVOY = Path(sys.executable).with_name("envoy")


def measure(folder: Path) -> Iterator[Row]:
    app, _, _, _, bare, full, _, _, peer, _, _ = reserve(11)
    config = avalo()
    issuer.prepare(
        folder, config.identity.issuer, config.identity.audience, config.identity.claims.model_dump()
    )
    keys = json.loads((folder / "world/jwks.json").read_text())
    where = inventory(config, local(config, app, full, peer))
    snapshot = compile_edges(config, where, features(), jwks={"app": keys})["EU"]
    for name, content in snapshot.resources.items():
        file = folder / "full/xds" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (folder / "full/geo").mkdir()
    (folder / "full/log").mkdir()
    shutil.copy(default_database(), folder / "full/geo/country.mmdb")
    (folder / "bare").mkdir()
    with ExitStack() as stack:
        command = [sys.executable, "-m", "meridian.world.app", "europe-west1", "--region", "EU"]
        run(stack, [*command, "--listen", f"127.0.0.1:{app}"], folder)
        envoys = {
            "bare": envoy(stack, folder / "bare", static(bare, app)),
            "full": envoy(stack, folder / "full", dynamic()),
        }
        requests = {"bare": contents(folder, bare), "full": contents(folder, full)}
        for port, path in ((bare, "/v1/feed"), (full, "/v1/feed")):
            until(
                lambda port=port, path=path: urlopen(f"http://127.0.0.1:{port}{path}").status == 200,
                30,
                "Envoy",
            )
        spent: dict[str, list[float]] = {"bare": [], "full": []}
        for turn in range(ROUNDS + 1):
            for name, port in (("bare", bare), ("full", full)):
                cpu = per_request(envoys[name], port, requests[name])
                if turn:
                    spent[name].append(cpu)
    ratios = [full / bare for bare, full in zip(spent["bare"], spent["full"], strict=True)]
    micro = {name: statistics.median(values) * 1e6 for name, values in spent.items()}
    note = f"{micro['full']:.0f} us against {micro['bare']:.0f} us a request at {RPS} rps; median of {ROUNDS} turns"
    yield Row("CPU of the full chain / bare proxy", statistics.median(ratios), 1.6, "", note)


def per_request(process: psutil.Process, port: int, requests: list[bytes]) -> float:
    """Seconds of CPU that Envoy spends on one request."""
    before = process.cpu_times()
    answered = uvloop.run(send(port, requests))
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / answered


async def send(port: int, requests: list[bytes]) -> int:
    """How many were answered with 200; all of them, or this fails."""
    pool, statuses = Pool("127.0.0.1", port), []
    began = time.monotonic()
    for number in range(RPS * SECONDS):
        due = began + number / RPS
        if (wait := due - time.monotonic()) > 0.0005:
            await asyncio.sleep(wait)
        pool.send(
            Request(requests[number % len(requests)], True, lambda status, body: statuses.append(status))
        )
    deadline = time.monotonic() + 10
    while len(statuses) < RPS * SECONDS and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    pool.close()
    assert statuses.count(200) == RPS * SECONDS, f"not all were answered with 200: {Counter(statuses)}"
    return len(statuses)


def contents(folder: Path, port: int) -> list[bytes]:
    """Requests of 500 European users, as bytes."""
    addresses = [each for code in ("FR", "DE", "GB", "PL", "ES") for each in addresses_of(code)]
    own = issuer.load(folder)
    return [
        (
            f"GET /v1/feed HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nx-forwarded-for: {ip}\r\n"
            f"authorization: Bearer {own.sign(f'user-{number}', 'free', 'FR', 3600)}\r\n\r\n"
        ).encode()
        for number, ip in enumerate(addresses)
    ]


def addresses_of(country: str) -> list[str]:
    return [str(each) for each in read_blocks(default_database()).addresses(1, 100)[country]]


def static(port: int, app: int) -> Json:
    """The barest proxy: one listener, one route, one cluster."""
    route = {"match": {"prefix": "/"}, "route": {"cluster": "app"}}
    manager = typed(
        HCM,
        stat_prefix="bare",
        route_config={"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        http_filters=[extension("envoy.filters.http.router", typed(ROUTER))],
    )
    chain = {"filters": [extension("envoy.filters.network.http_connection_manager", manager)]}
    endpoint = {"endpoint": {"address": address(f"127.0.0.1:{app}")}}
    cluster = {
        "name": "app",
        "type": "STATIC",
        "circuit_breakers": {
            "thresholds": [
                {"max_connections": 10_000, "max_pending_requests": 10_000, "max_requests": 10_000}
            ]
        },
        "load_assignment": {"cluster_name": "app", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    listener = {"name": "bare", "address": address(f"127.0.0.1:{port}"), "filter_chains": [chain]}
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def dynamic() -> Json:
    def at(file: str) -> Json:
        return {"path_config_source": {"path": f"xds/{file}"}, "resource_api_version": "V3"}

    resources = {"lds_config": at("listeners.json"), "cds_config": at("clusters.json")}
    return {"node": {"id": "EU", "cluster": "EU"}, "dynamic_resources": resources}


def envoy(stack: ExitStack, folder: Path, bootstrap: Json) -> psutil.Process:
    (folder / "envoy.json").write_text(json.dumps(bootstrap))
    command = [
        str(ENVOY),
        "-c",
        "envoy.json",
        "--concurrency",
        "1",
        "--use-dynamic-base-id",
        "--log-level",
        "error",
    ]
    started = run(stack, command, folder)
    return psutil.Process(started.pid)


def run(stack: ExitStack, command: list[str], folder: Path) -> "subprocess.Popen[bytes]":
    env = {**os.environ, "MERIDIAN_EDGE_KEY": "unused"}
    process = subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def stop() -> None:
        process.terminate()
        process.wait(10)

    stack.callback(stop)
    return process
