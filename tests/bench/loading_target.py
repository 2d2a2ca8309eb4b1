"""What generators of load are measured against: an Envoy that answers by itself, as fast as it can, what the app would say.

Only to requests without a body: an answer that does not wait for one makes Envoy close the connection after it."""

import json
import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil

from meridian.envoy.snapshot import Json
from meridian.envoy.types import HCM, ROUTER, address, extension, typed
from tests.bench.chain import run
from tests.support.envoys import envoy_binary, until
from tests.support.ports import reserve

ANSWER = {
    "service": "matching-engine",
    "region": "EU",
    "served_by": "europe-west1",
    "version": "1.0",
    "home": "EU",
    "tier": "free",
    "matched": False,
}


@dataclass(frozen=True)
class Target:
    port: int
    admin: int
    process: psutil.Process

    def requests(self) -> int:
        """How many it has had."""
        told = urlopen(f"http://127.0.0.1:{self.admin}/stats?filter=^http.plain.downstream_rq_total$").read()
        return int(told.decode().rpartition(": ")[2])

    def ready(self) -> bool:
        try:
            return bool(urlopen(f"http://127.0.0.1:{self.port}/").status == 200)
        except OSError:
            return False


def target(stack: ExitStack, folder: Path) -> Target:
    port, admin = reserve(2)
    (folder / "envoy.json").write_text(json.dumps(bootstrap(port, admin)))
    command = [str(envoy_binary()), "-c", "envoy.json", "--concurrency", "1", "--use-dynamic-base-id"]
    made = Target(port, admin, psutil.Process(run(stack, [*command, "--log-level", "error"], folder).pid))
    until(made.ready, 30, "Envoy")
    return made


def bootstrap(port: int, admin: int) -> Json:
    told = {"status": 200, "body": {"inline_string": json.dumps(ANSWER)}}
    manager = typed(
        HCM,
        stat_prefix="plain",
        route_config={
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "direct_response": told}],
                }
            ]
        },
        http_filters=[extension("envoy.filters.http.router", typed(ROUTER))],
    )
    chain = {"filters": [extension("envoy.filters.network.http_connection_manager", manager)]}
    listener = {"name": "plain", "address": address(f"127.0.0.1:{port}"), "filter_chains": [chain]}
    return {
        "admin": {"address": address(f"127.0.0.1:{admin}")},
        "static_resources": {"listeners": [listener]},
    }


@dataclass(frozen=True)
class Effort:
    """rate: requests a second. per_core: requests for each second of CPU that the generator and its children used."""

    rate: float
    per_core: float


def effort(target: Target, generator: int, warm: float, seconds: float) -> Effort:
    """generator: pid. warm: seconds from its first requests that do not count."""
    before = target.requests()
    until(lambda: target.requests() > before + 100, 30, "the generator's first requests")
    until_then(time.monotonic() + warm)
    began, asked, spent = time.monotonic(), target.requests(), cpu(generator)
    until_then(began + seconds)
    took, asked, spent = time.monotonic() - began, target.requests() - asked, cpu(generator) - spent
    return Effort(asked / took, asked / spent)


def until_then(moment: float) -> None:
    time.sleep(max(moment - time.monotonic(), 0.0))


def cpu(pid: int) -> float:
    """Seconds of CPU, with its children's."""
    root = psutil.Process(pid)
    times = [each.cpu_times() for each in (root, *root.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def environment() -> dict[str, str]:
    """For generators: nothing of ours but the path."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
