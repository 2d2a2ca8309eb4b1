"""Load tests against a whole world: their numbers are the app's and the history's, and a failover is seen by both sides.

How fast this machine is at the moment is not what they are about: a run that is invalid, or too slow for its thresholds, has
counted all the same."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.world import AVALO, World, until

LOCATIONS = ("europe-west1", "europe-west4", "us-central1", "asia-south1")
KILLED = """\
name: killed
title: Readers of a location that is killed
users: {count: 400, countries: {DE: 1, FR: 1}}
load:
  timeout: 5s
  phases:
    - {name: warm-up, for: 3s, rate: 80, warm_up: true}
    - {name: hold, for: 27s, rate: 80}
flow:
  - {name: feed, request: GET /v1/feed, checks: {residency: true}}
  - {name: swipe, request: POST /v1/swipe, body: {direction: right}}
thresholds: [checks < 1%]
chaos:
  - {at: 8s, do: kill europe-west1}
  - {at: 20s, do: restore europe-west1}
"""


def load(world: World, *arguments: str | Path) -> tuple[int, dict[str, Any], str]:
    """`meridian load run`: exit status, Summary, what it said."""
    done = world.run("load", "run", *arguments, "--json", check=False, seconds=150)
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


def served(world: World) -> int:
    return sum(int(world.served(location)["total"]) for location in LOCATIONS)


def history(world: World, since: str, until_: str) -> float:
    """Requests of all features in this time, as history has them."""
    parameters = {"metric": "requests_per_second", "since": since, "until": until_, "step": "10"}
    found = world.operator("GET", "/infrastructure/metrics/query", params=parameters).json()
    return float(sum((value or 0.0) * found["step"] for line in found["lines"] for value in line["values"]))


def test_its_numbers_are_those_of_the_app_and_of_history(stormy: World, tmp_path: Path) -> None:
    before, out = served(stormy), tmp_path / "out"
    code, summary, said = load(stormy, "swipe", "--scale", "0.03", "--duration", "20", "--out", out)
    assert code in (0, 1, 3), said
    asked, outcomes = summary["asked"]["requests"], summary["achieved"]["requests"]
    assert asked > 500
    assert outcomes == pytest.approx(asked, rel=0.01)
    whole = [row["requests"] for row in summary["regions"]]
    assert len(whole) == 3, "users of all regions asked"
    failed = sum(n for outcome, n in summary["outcomes"].items() if outcome != "ok")
    assert served(stormy) - before == pytest.approx(asked, abs=0.01 * asked + failed)
    assert {path.name for path in out.iterdir()} == {
        "part.json.gz",
        "summary.json",
        "report.html",
        "junit.xml",
    }
    assert {process["name"] for process in summary["resources"]["processes"]} >= {"control", "envoy:EU"}
    began = datetime.fromisoformat(summary["began"])
    since = began.replace(second=began.second // 10 * 10, microsecond=0).isoformat()
    until(
        lambda: (
            history(stormy, since, datetime.now(began.tzinfo).isoformat()) == pytest.approx(asked, rel=0.01)
        ),
        90,
        "every request in history",
    )


def test_a_killed_location_stands_in_the_failover_log(stormy: World, tmp_path: Path) -> None:
    file = tmp_path / "killed.yaml"
    file.write_text(KILLED)
    code, summary, said = load(stormy, file, "--out", tmp_path / "out")
    assert code in (0, 1, 3), said
    assert [event["what"] for event in summary["events"] if event["by"] == "chaos"] == [
        "kill europe-west1",
        "restore europe-west1",
    ]
    entries = [each for each in summary["failovers"] if each["region"] == "EU"]
    moved = [each for each in entries if (each["from"], each["to"]) == ("europe-west1", "europe-west4")]
    assert moved, summary["failovers"]
    assert any(each["decision"] for each in moved), "the journal explains it"
    assert any(each["gap_ms"] is not None for each in entries), entries
    assert all(each["gap_ms"] is None or each["gap_ms"] < 10_000 for each in entries)
    answered = {row["name"] for row in summary["locations"]}
    assert answered == {"europe-west1", "europe-west4"}
    decided = [each for each in summary["events"] if each["by"] == "decision"]
    assert any("europe-west1" in each["sentence"] for each in decided)
    assert stormy.run("world", "status").stdout.startswith("No fault is in force")


def test_what_may_not_be_tested_is_refused(stormy: World, tmp_path: Path) -> None:
    before = served(stormy)
    file = tmp_path / "meridian.yaml"
    target = 'load_tests: {targets: {live-eu: {edges: {EU: "http://127.0.0.1:9"}}}}\n'
    file.write_text(AVALO.read_text() + target)
    code, _, said = load(stormy, "swipe", "--target", "live-eu", "--config", file, "--scale", "0.1")
    assert code == 1
    assert "live-eu is production" in said
    assert "--confirm live-eu" in said
    code, _, said = load(stormy, "swipe", "--rate", "100000")
    assert code == 1
    assert "load_tests.max_rate" in said
    assert served(stormy) == before


def test_control_runs_one_by_itself(stormy: World) -> None:
    path = "/infrastructure/load-tests"
    order = {"scenario": "swipe", "scale": 0.01, "duration": "5s", "reason": "a try"}
    answer = stormy.operator("POST", path, json=order)
    assert answer.status_code == 202, answer.text
    run = answer.json()["id"]

    def state() -> str:
        return str(stormy.operator("GET", f"{path}/{run}").json()["state"])

    until(lambda: state() != "running", 150, "the end of the run")
    assert state() in ("passed", "failed", "invalid"), stormy.operator("GET", f"{path}/{run}").text[:500]
    assert stormy.json("load", "list")[0]["id"] == run
    page = stormy.operator("GET", f"{path}/{run}/report")
    assert page.headers["content-type"].startswith("text/html")
    assert "sandbox" in page.headers["content-security-policy"]
