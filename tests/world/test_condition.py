from pathlib import Path
from typing import Any

import pytest

from meridian.envoy.snapshot import Snapshot
from meridian.world.condition import NOT_RUNNING, EdgeCondition, from_disk, judge, look
from meridian.world.home import Home

EDGES = [EdgeCondition(region, "3f2a11112222", "live", "control", "") for region in ("EU", "US")]
ON_DISK = [EdgeCondition(region, "3f2a11112222", "running", "disk", "") for region in ("EU", "US")]


def process(name: str, state: str = "running", **more: Any) -> dict[str, Any]:
    return {"name": name, "state": state, "pid": 1, "for": 40.0, "restarts": 0, "last_exit": "", **more}


def world(
    *processes: dict[str, Any], phase: str = "running", faults: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    running = [process(name) for name in ("postgres", "control", "edge:EU", "app:europe-west1", "links")]
    named = {p["name"] for p in processes}
    together = [p for p in running if p["name"] not in named] + list(processes)
    return {"phase": phase, "processes": together, "faults": faults or [], "regions": {"EU": [], "US": []}}


def test_all_well_says_nothing() -> None:
    assert judge(world(), EDGES) == ""


def test_with_control_down_it_says_for_how_long_and_what_still_serves() -> None:
    down = process("control", "held", last_exit="was killed by SIGKILL")
    assert judge(world(down), ON_DISK) == (
        "control is down since 40 s (killed on purpose); edges serve on their last good snapshot 3f2a1111"
    )


def test_a_control_that_runs_and_does_not_answer_is_told() -> None:
    assert judge(world(), ON_DISK).startswith("control does not answer; edges serve on")


def test_an_edge_that_is_down_with_control_is_counted() -> None:
    edges = [ON_DISK[0], EdgeCondition("US", "3f2a", "down", "disk", "Envoy is not running")]
    assert "1 of 2 edges serve" in judge(world(process("control", "waiting")), edges)


def test_a_killed_location_and_a_fault_are_told() -> None:
    fault = {"target": "us-central1", "verb": "slow", "detail": "every answer takes 5 ms longer", "since": 0}
    said = judge(world(process("app:europe-west1", "held"), faults=[fault]), EDGES)
    assert said.startswith(
        "europe-west1 is down since 40 s (killed on purpose); us-central1: every answer takes 5 ms"
    )


def test_a_process_that_keeps_crashing_says_how() -> None:
    said = judge(world(process("links", "waiting", restarts=7, last_exit="ended with exit status 1")), EDGES)
    assert "ended with exit status 1, 7 restarts" in said


def test_a_refused_snapshot_and_a_compilation_problem_are_told() -> None:
    edges = [EdgeCondition("EU", "aa", "live", "control", "Envoy refused listeners.json: bad"), EDGES[1]]
    assert judge(world(), edges, "compilation failed") == (
        "compilation failed; edge EU: Envoy refused listeners.json: bad"
    )


def test_the_last_good_snapshot_is_found_on_disk(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    snapshot = Snapshot("EU", {"listeners.json": b"{}"}, 7)
    (home.edge("EU") / "snapshots").mkdir(parents=True)
    (home.edge("EU") / "snapshots" / "last-good.json").write_bytes(snapshot.dump())
    found = from_disk(home, {"regions": {"EU": [], "US": []}})
    assert (found[0].digest, found[0].config_version, found[0].envoy) == (snapshot.digest, 7, "down")
    assert found[1].sentence == "has no snapshot yet"


@pytest.mark.parametrize("made", [True, False])
def test_a_home_without_a_world_is_not_running(tmp_path: Path, made: bool) -> None:
    root = tmp_path / "home"
    if made:
        root.mkdir()
    found = look(root)
    assert (found.code, found.to_json()["state"]) == (NOT_RUNNING, "not running")
    assert "meridian up" in found.sentence


def drain(location: str, share: float, to: float) -> dict[str, Any]:
    return {"location": location, "share": share, "to": to}


def test_drains_are_told_with_how_far_they_are() -> None:
    drains = [
        drain("europe-west1", 1.0, 1.0),
        drain("europe-west4", 0.4, 1.0),
        drain("us-central1", 0.3, 0.0),
        drain("asia-south1", 0.0, 0.0),
    ]
    assert judge(world(), EDGES, drains=drains) == (
        "europe-west1 is drained to 100 %; europe-west4 is being drained, 40 % of 100 %; "
        "us-central1 is being returned, 30 % of its traffic is still away"
    )


def test_a_kill_is_told_once_and_also_before_its_process_is_seen_to_be_down() -> None:
    fault = {"target": "europe-west1", "verb": "kill", "detail": "killed", "since": 0}
    assert judge(world(faults=[fault]), EDGES).startswith("europe-west1: killed")
    assert judge(world(process("app:europe-west1", "held"), faults=[fault]), EDGES).count("europe-west1") == 1


def test_looking_makes_nothing(tmp_path: Path) -> None:
    look(tmp_path)
    assert list(tmp_path.iterdir()) == []
