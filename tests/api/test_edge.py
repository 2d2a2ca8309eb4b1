"""Edges over the API: snapshots they wait for, and reports whose decisions are journalled once."""

import asyncio
import json
from typing import Any

import pytest

from meridian.core.ids import new_id
from meridian.envoy.snapshot import Snapshot
from tests.api.conftest import until
from tests.api.world import ADMIN, EU, OPS, US, bearer

SNAPSHOT = "/edge/v1/EU/snapshot"


def decision(world: Any, **changed: Any) -> dict[str, Any]:
    now = world.control.clock.now()
    return {
        "id": new_id(now),
        "at": now.isoformat(),
        "controller": "edge.failover",
        "kind": "failover",
        "subject": "west",
        "sentence": "2 of 2 instances failed their checks",
        "evidence": {"failed": 2},
        "action": {},
        "undo": None,
        "actor": "edge-EU",
        "reason": "",
        **changed,
    }


def report(**changed: Any) -> dict[str, Any]:
    return {"region": "EU", "instance": "eu-1", "envoy": "live", **changed}


async def test_a_snapshot_comes_whole_and_with_its_digest(world):
    answer = await world.get(SNAPSHOT, EU)
    snapshot = Snapshot.load(answer.content)
    assert (snapshot.region, snapshot.config_version) == ("EU", 1)
    assert answer.headers["etag"] == f'"{snapshot.digest}"'


async def test_an_edge_that_has_the_newest_is_answered_when_its_wait_is_over(world):
    etag = (await world.get(SNAPSHOT, EU)).headers["etag"]
    answer = await world.get(SNAPSHOT, EU, headers={"if-none-match": etag}, params={"wait": 0.05})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == etag


async def test_a_change_reaches_a_waiting_edge_at_once(world):
    etag = (await world.get(SNAPSHOT, EU)).headers["etag"]
    waiting = asyncio.create_task(
        world.get(SNAPSHOT, EU, headers={"if-none-match": etag}, params={"wait": 20})
    )
    await asyncio.sleep(0)
    world.sample.state = "second"
    await world.control.recompile()
    answer = await asyncio.wait_for(waiting, 5)
    assert answer.status_code == 200
    assert "sample-second" in answer.text


@pytest.mark.parametrize("token", [US, OPS, ADMIN, "unknown", "ey.ey.ey"])
async def test_only_the_regions_own_edges_get_its_snapshot(world, token):
    answer = await world.get(SNAPSHOT, token)
    assert answer.status_code in (401, 403)
    assert "resources" not in answer.text


async def test_a_report_is_seen_by_operators_with_what_is_wrong(world):
    digest = world.control.snapshots.get("EU").digest
    await world.post("/edge/v1/EU/report", report(digest=digest, config_version=1), EU)
    rejection = {"digest": world.control.snapshots.get("US").digest, "config_version": 1}
    rejection |= {"resource": "listeners.json", "reason": "no such filter", "at": "2030-01-01T00:00:00Z"}
    bad = report(region="US", instance="us-1", digest="old", rejection=rejection)
    await world.post("/edge/v1/US/report", bad, US)
    eu, us = (await world.get("/infrastructure/edges")).json()["regions"]
    assert (eu["region"], eu["sentence"], eu["edges"][0]["current"]) == ("EU", "", True)
    assert us["edges"][0]["sentence"] == "Envoy refused listeners.json: no such filter"
    assert us["sentence"] == us["edges"][0]["sentence"]
    assert us["edges"][0]["current"] is False
    assert [r.instance for r in world.control.reports()["EU"]] == ["eu-1"]


async def test_decisions_of_an_edge_are_journalled_once_however_often_they_are_sent(world):
    one, two = decision(world), decision(world, subject="central")
    for decisions in ([one], [one, two], [two, one]):
        answer = await world.post("/edge/v1/EU/report", report(decisions=decisions), EU)
        assert set(answer.json()["acknowledged"]) == {sent["id"] for sent in decisions}
    found = (await world.get("/infrastructure/decisions?controller=edge.failover")).json()["decisions"]
    assert sorted(entry["subject"] for entry in found) == ["central", "west"]
    assert found[0]["evidence"] == {"failed": 2}


NO_DECISIONS: list[dict[str, Any]] = [
    {"id": ""},
    {"id": "x' OR 1=1"},
    {"id": 7},
    {"at": None},
    {"at": "yesterday"},
    {"at": "2030-01-01T00:00:00"},
    {"sentence": "x" * 141},
    {"sentence": None},
    {"subject": {"a": 1}},
    {"subject": "\ud800"},
    {"controller": "x" * 5000},
    {"surplus": 1},
]


async def test_what_is_no_decision_is_refused_with_its_place(world):
    headers = {**bearer(EU), "content-type": "application/json"}
    for changed in NO_DECISIONS:
        body = json.dumps(report(decisions=[decision(world), decision(world, **changed)]))
        answer = await world.client.post("/edge/v1/EU/report", content=body, headers=headers)
        assert answer.status_code == 422, (changed, answer.text)
        assert answer.json()["errors"][0]["pointer"] == "#/decisions/1"
    assert not (await world.get("/infrastructure/decisions?controller=edge.failover")).json()["decisions"]


async def test_a_report_about_another_region_is_refused(world):
    answer = await world.post("/edge/v1/EU/report", report(region="US"), EU)
    assert answer.status_code == 422
    assert world.control.reports() == {}


async def test_a_changed_inventory_is_compiled_by_itself(world):
    before = world.control.snapshots.get("EU").digest
    inventory = {"listen": {"EU": {"public": "127.0.0.1:9981", "peer": "127.0.0.1:9991"}}}
    (world.home / "inventory.json").write_text(json.dumps(inventory))
    await until(lambda: world.control.snapshots.get("EU").digest != before)
    assert b"9981" in world.control.snapshots.get("EU").body
    (world.home / "inventory.json").write_text("{broken")
    await until(lambda: "inventory.json cannot be read" in world.control.trouble())
    assert b"9981" in world.control.snapshots.get("EU").body
    (world.home / "inventory.json").write_text(json.dumps(inventory))
    await until(lambda: not world.control.trouble())


async def test_the_apps_new_keys_reach_the_edges(world):
    before = world.control.snapshots.get("EU").digest
    (world.home / "jwks.json").write_text('{"keys": []}')
    await until(lambda: world.control.snapshots.get("EU").digest != before)


async def test_a_compilation_that_fails_keeps_the_last_snapshots_and_says_why(world):
    before = world.control.snapshots.get("EU").digest
    world.sample.state = "refuse"
    await world.control.recompile()
    assert world.control.snapshots.get("EU").digest == before
    ready = await world.client.get("/readyz?verbose")
    assert ready.status_code == 503
    assert "the sample cannot be compiled" in ready.json()["parts"][0]["sentence"]
    assert "cannot be compiled" in (await world.get("/infrastructure/edges")).json()["sentence"]
    world.sample.state = "second"
    await until(lambda: not world.control.trouble())
    assert b"sample-second" in world.control.snapshots.get("EU").body


async def test_a_feature_that_cannot_load_keeps_the_state_it_had(world):
    world.sample.broken = "the table is locked"
    await world.control.recompile()
    assert "the table is locked" in world.control.trouble()
    assert b"sample-first" in world.control.snapshots.get("EU").body
    assert world.control.state("sample") == "first"
    world.sample.broken = ""
    await until(lambda: not world.control.trouble())


async def test_calls_that_arrive_together_share_one_compilation(world):
    before = world.sample.loads
    await asyncio.gather(*(world.control.recompile() for _ in range(20)))
    assert world.sample.loads - before <= 3


async def test_topology_says_where_everything_is(world):
    found = (await world.get("/infrastructure/topology")).json()
    assert found["regions"]["EU"]["locations"] == ["west"]
    assert found["instances"]["central"] == {"default": ["127.0.0.1:7002"]}
    assert found["edges"]["US"]["public"]
