"""The loop around the gradual return, on compiled snapshots; and a location that is killed and restored behind a real Envoy."""

import itertools
import json
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from meridian.core.clock import FakeClock
from meridian.core.decision import SENTENCE_LIMIT, Decision
from meridian.envoy.compiler import compile_edges
from meridian.envoy.report import HostHealth
from meridian.envoy.snapshot import Snapshot
from meridian.features import features
from meridian.regions.returning import Recovery
from meridian.regions.state import RegionsState
from tests.support.configs import local_inventory, small
from tests.support.envoys import FRENCH, Fleet, fleet, until

CHAT = "chat@europe-west1+europe-west4"
FILE = f"endpoints/{CHAT}.json"


def snapshot(**drains: float) -> Snapshot:
    config = small()
    states = {
        "routing": RegionsState(drains={name.replace("_", "-"): share for name, share in drains.items()})
    }
    return compile_edges(config, local_inventory(config), features(), states)["EU"]


def seen(snapshot: Snapshot, down: Sequence[str] = ()) -> list[HostHealth]:
    """The health of every endpoint of every cluster with health checks."""
    found = []
    for cluster in json.loads(snapshot.resources["clusters.json"])["resources"]:
        if "health_checks" not in cluster:
            continue
        file = snapshot.resources.get(f"endpoints/{cluster['name']}.json")
        assignment = json.loads(file)["resources"][0] if file else cluster["load_assignment"]
        for locality in assignment["endpoints"]:
            zone = locality["locality"]["zone"]
            found.append(
                HostHealth(cluster=cluster["name"], location=zone, address="", healthy=zone not in down)
            )
    return found


def priorities(content: bytes) -> list[tuple[int, str, int]]:
    localities = json.loads(content)["resources"][0]["endpoints"]
    return [
        (each["priority"], each["locality"]["zone"], each["load_balancing_weight"]) for each in localities
    ]


class Run:
    """Steps a loop by hand."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.loop, self.clock, self.snapshot = Recovery(), FakeClock(), snapshot

    def step(
        self, seconds: float = 1, down: Sequence[str] = ()
    ) -> tuple[Mapping[str, bytes], Sequence[Decision]]:
        self.clock.advance(seconds)
        now = self.clock.now()
        return self.loop.step(self.snapshot, seen(self.snapshot, down), now, self.clock.monotonic())


def test_nothing_is_laid_over_while_all_is_well() -> None:
    run = Run(snapshot())
    assert [run.step() for _ in range(3)] == [({}, [])] * 3


def test_a_location_that_fails_goes_last_and_comes_back_step_by_step() -> None:
    run = Run(snapshot())
    run.step()
    overlays, _ = run.step(down=["europe-west1"])
    assert priorities(overlays[FILE]) == [(0, "europe-west4", 100), (1, "europe-west1", 100)]
    _, told = run.step(down=["europe-west1"])
    assert [(each.kind, each.subject) for each in told] == [("failover", "europe-west1")]
    overlays, _ = run.step()
    assert priorities(overlays[FILE]) == [(0, "europe-west1", 5), (0, "europe-west4", 95)]
    overlays, told = run.step(10)
    assert [each.kind for each in told] == ["return-start"]
    assert priorities(overlays[FILE]) == [(0, "europe-west1", 52), (0, "europe-west4", 48)]
    overlays, _ = run.step(10)
    assert FILE not in overlays
    assert [each.kind for each in run.step()[1]] == ["return-end"]


def test_one_location_is_one_decision_that_says_how_many_services() -> None:
    run = Run(snapshot())
    run.step()
    run.step(down=["europe-west1"])
    (told,) = run.step(down=["europe-west1"])[1]
    assert told.sentence == (
        "europe-west1: 0 of 1 healthy for 4 services, seen from edge EU, which sends on to europe-west4"
    )
    assert len(told.sentence) <= SENTENCE_LIMIT


def test_only_endpoints_that_stand_apart_are_laid_over() -> None:
    run = Run(snapshot())
    run.step()
    overlays, _ = run.step(down=["europe-west1", "europe-west4", "US", "APAC"])
    assert overlays
    assert set(overlays) <= set(run.snapshot.resources)
    assert all(name.startswith("endpoints/") for name in overlays)


def test_a_location_that_is_being_drained_is_left_to_the_drain() -> None:
    run = Run(snapshot(europe_west1=0.4))
    run.step()
    overlays, _ = run.step(down=["europe-west1"])
    assert FILE not in overlays


def test_every_decision_replays_to_itself_also_from_json() -> None:
    run = Run(snapshot())
    run.step()
    decisions: list[Decision] = []
    for down in (["europe-west1"], ["europe-west1"], [], [], ["europe-west1", "US"], [], []):
        decisions += run.step(12, down)[1]
    assert len(decisions) >= 4
    for decision in decisions:
        evidence: dict[str, Any] = json.loads(json.dumps(dict(decision.evidence)))
        assert list(Recovery().replay(evidence)) == [decision]


def test_a_killed_location_gets_its_traffic_back_gradually_and_no_get_fails(tmp_path: Path) -> None:
    """100 requests a second through a real Envoy; the location is killed, restored, and its share rises."""
    services = {
        "chat": {"return_over": "5s", "health": {"interval": "100ms", "timeout": "500ms"}},
    }
    config = small(
        services=services,
        features={"chat": {"service": "chat", "paths": ["/v1/chat"]}},
        edge={"client_address": {"trusted": ["127.0.0.1/32"]}},
    )
    with fleet(config, tmp_path, only=["EU"], healthy=False, watches=True) as running:
        edge = running.edges["EU"]
        until(
            lambda: all(host["up"] for host in edge.hosts() if host["location"].startswith("europe")),
            what="health",
        )
        shares, failures = _kill_and_restore(running)
    assert failures == []
    rising = [share for _, share in shares]
    assert rising[0] < 0.3, shares
    assert rising[-1] == 1.0, shares
    middle = [share for share in rising if 0.15 < share < 0.85]
    assert len(middle) >= 2, shares
    assert all(later >= earlier - 0.2 for earlier, later in itertools.pairwise(rising)), shares


def _kill_and_restore(running: Fleet) -> tuple[list[tuple[float, float]], list[str]]:
    """(seconds since the return began, share of the home location) for each second, and what failed."""
    edge, loop = running.edges["EU"], Recovery()
    stop, failures = threading.Event(), []

    def load() -> None:
        with httpx.Client(trust_env=False, timeout=5) as client:
            due = time.monotonic()
            while not stop.is_set():
                answer = client.get(f"{edge.url}/v1/chat/1", headers={"x-forwarded-for": FRENCH})
                if answer.status_code != 200:
                    failures.append(f"{answer.status_code} {answer.text}")
                due += 0.01
                stop.wait(max(0.0, due - time.monotonic()))

    def turn() -> str:
        """One step of the loop, as the agent takes it each second."""
        hosts = [
            HostHealth(
                cluster=each["cluster"],
                location=each["location"],
                address=each["address"],
                healthy=each["up"],
            )
            for each in edge.hosts()
        ]
        overlays, _ = loop.step(edge.snapshot, hosts, FakeClock().now(), time.monotonic())
        edge.lay({**edge.snapshot.resources, **overlays})
        return loop._places[FILE].phase

    thread = threading.Thread(target=load)
    thread.start()
    try:
        until(lambda: turn() == "normal" and running.apps["europe-west1"].served > 50, what="load")
        running.apps.kill("europe-west1")
        until(lambda: turn() == "down", what="the failover")
        running.apps.restore("europe-west1")
        until(lambda: turn() == "returning", what="the return")
        return _shares(running, turn), failures
    finally:
        stop.set()
        thread.join()


def _shares(running: Fleet, turn: Any) -> list[tuple[float, float]]:
    began, shares = time.monotonic(), []
    done = False
    while not done:
        done = turn() == "normal"
        before, until_then = running.apps.counts(), time.monotonic() + 0.7
        until(lambda due=until_then: time.monotonic() >= due, what="0.7 s of requests")  # type: ignore[misc]
        served = running.apps.counts() - before
        shares.append((round(time.monotonic() - began, 1), served["europe-west1"] / max(1, served.total())))
    return shares
