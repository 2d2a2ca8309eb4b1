"""Static stability: with control and PostgreSQL gone, every edge goes on, also one that restarts meanwhile."""

import os
import signal

from tests.support.world import BRITISH, INDIAN, World, until

HELD = ("control", "postgres")


def test_edges_serve_and_restart_with_control_and_postgres_gone_and_all_recover(stormy: World) -> None:
    snapshots = {edge["region"]: edge["digest"] for edge in stormy.json("status")["edges"]}
    for part in HELD:
        stormy.run("world", "kill", part)
    until(
        lambda: stormy.run("status", check=False).returncode == 3, 20, "status to say that something is wrong"
    )
    told = stormy.run("status", check=False).stdout
    assert "control does not answer" in told
    assert "edges serve on their last good snapshots" in told

    for edge in ("EU", "US", "APAC"):
        assert stormy.get("/v1/feed", BRITISH, edge).json()["location"] == "europe-west1"
    agent = stormy.pid("edge:EU")
    envoy = int((stormy.home / "edges/EU/envoy.pid").read_text().split()[0])
    for pid in (agent, envoy):
        os.kill(pid, signal.SIGKILL)
    until(lambda: stormy.pid("edge:EU") != agent, 20, "the edge to be started again")
    until(
        lambda: stormy.get("/v1/feed", INDIAN, "EU").json()["location"] == "asia-south1",
        20,
        "the edge to serve again",
    )

    for part in HELD:
        stormy.run("world", "restore", part)
    until(lambda: stormy.run("status", check=False).returncode == 0, 60, "all to be well again")
    assert {edge["region"]: edge["digest"] for edge in stormy.json("status")["edges"]} == snapshots
    stormy.run("user", "override", "after-the-storm", "US", "--reason", "control decides again")


def test_each_part_killed_at_once_comes_back_by_itself(stormy: World) -> None:
    for part in ("control", "postgres", "edge:US", "app:us-central1", "links"):
        before = stormy.pid(part)
        os.kill(before, signal.SIGKILL)
        until(
            lambda part=part, before=before: stormy.pid(part) not in (0, before),
            30,
            f"{part} to be started again",
        )
    until(lambda: stormy.run("status", check=False).returncode == 0, 60, "all to be well again")
    for edge in ("EU", "US", "APAC"):
        until(
            lambda edge=edge: stormy.get("/v1/feed", INDIAN, edge).status_code == 200,
            20,
            f"edge {edge} to serve",
        )


def test_a_killed_envoy_is_back_within_two_seconds(stormy: World) -> None:
    pid = int((stormy.home / "edges/APAC/envoy.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    until(lambda: stormy.get("/v1/feed", INDIAN, "APAC").status_code == 200, 10, "the edge to serve again")


def test_an_agent_that_is_killed_leaves_its_envoy_serving(stormy: World) -> None:
    agent = stormy.pid("edge:APAC")
    os.kill(agent, signal.SIGKILL)
    for _ in range(20):
        assert stormy.get("/v1/feed", INDIAN, "APAC").status_code == 200
    until(lambda: stormy.pid("edge:APAC") not in (0, agent), 20, "the agent to be started again")
    for _ in range(20):
        assert stormy.get("/v1/feed", INDIAN, "APAC").status_code == 200
