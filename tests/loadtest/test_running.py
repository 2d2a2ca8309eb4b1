"""Whole runs from the command line, against a real control process and one location of the sample app.

How fast this machine is at the moment is not what they are about: a run that was too slow for its own good is invalid, and
everything else about it is the same."""

import asyncio
import json
import re
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from meridian.cli.client import Refused
from meridian.core.errors import Forbidden
from meridian.loadtest.conducting import Options
from meridian.loadtest.plan import Origin, Shard
from meridian.loadtest.results.partfile import from_bytes
from meridian.loadtest.running import Run, execute_load_test
from meridian.loadtest.scenario.loading import bundled, load
from meridian.loadtest.scenario.target import Target
from meridian.loadtest.verdicts import exit_status
from tests.loadtest.place import SCENARIO, scenario
from tests.support.ports import reserve
from tests.support.waiting import until

LIST = "/infrastructure/load-tests"


def test_a_run_counts_what_the_app_served_and_control_keeps_it(control, tmp_path):
    before, out = control.served(), tmp_path / "out"
    code, summary, said = control.run(scenario(tmp_path), "--target", "app", "--out", str(out))
    assert summary["state"] in ("passed", "invalid"), said
    assert code == exit_status(summary["state"])
    assert control.served() - before == summary["achieved"]["requests"] == summary["asked"]["requests"] == 120
    assert sum(row["requests"] for row in summary["regions"]) == 120
    assert json.loads((out / "summary.json").read_text()) == summary
    assert "<html" in (out / "report.html").read_text()
    assert "<testsuite" in (out / "junit.xml").read_text()
    assert from_bytes((out / "part.json.gz").read_bytes()).id == summary["id"]
    assert control.client.get(f"{LIST}/{summary['id'][:18]}") == summary
    [listed] = [run for run in control.client.get(LIST)["runs"] if run["id"] == summary["id"]]
    assert (listed["state"], listed["by"], listed["runner"]) == (summary["state"], "anna", "cli")
    assert summary["title"] in control.invoke("load", "show", summary["id"]).output


def test_an_abort_rule_ends_the_run_early(control, tmp_path):
    text = SCENARIO.replace("for: 2s", "for: 30s").replace("GET /v1/feed", "GET /nothing")
    text += "abort: ['errors > 50% for 2s']\n"
    code, summary, _ = control.run(scenario(tmp_path, text), "--target", "app", "--out", str(tmp_path))
    assert code in (3, 4)
    assert summary["asked"]["requests"] < 600
    [event] = [each for each in summary["events"] if each["by"] == "abort"]
    assert "`errors > 50% for 2s`" in event["sentence"]


def test_ctrl_c_reports_what_there_is(control, tmp_path):
    text = SCENARIO.replace("for: 2s", "for: 50s")
    out = tmp_path / "out"
    child = control.start("load", "run", scenario(tmp_path, text), "--target", "app", "--out", str(out))
    assert child.stderr is not None
    for line in child.stderr:
        if re.search(r"\b[1-9]\d*/s of 60/s", line):
            break
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=60)
    assert child.returncode == 130
    summary = json.loads((out / "summary.json").read_text())
    assert summary["state"] == "stopped"
    assert 0 < summary["achieved"]["requests"] < 3000
    assert (out / "report.html").exists()


def test_with_control_away_a_broken_threshold_is_an_exit_status_and_the_report_says_what_it_lacks(
    control, tmp_path
):
    text = SCENARIO.replace("p95 < 15s", "max < 0.1ms")
    nobody = f"127.0.0.1:{reserve()[0]}"
    file = str(control.home / "meridian.yaml")
    arguments = ["--target", "app", "--config", file, "--out", str(tmp_path / "out"), "--duration", "1"]
    code, summary, said = control.run(scenario(tmp_path, text), *arguments, MERIDIAN_CONTROL=nobody)
    assert code in (1, 3), said
    assert [each["held"] for each in summary["thresholds"]] == [False, True]
    assert summary["achieved"]["requests"] == 60
    assert "may lack decisions" in summary["events"][-1]["sentence"]
    assert "control did not take the record" in said


async def test_shards_merge_to_one_run_at_control_and_by_hand(control, tmp_path):
    target = replace(
        Target("app", [], {"DE": "EU", "US": "US"}, "EU"),
        origins=[Origin(name, "127.0.0.1", control.app, "app.example") for name in ("EU", "US")],
    )

    start_at = time.time() + 5

    def run(name: str, shard: Shard, id: str) -> Run:
        plan = load(scenario(tmp_path)).plan(target, seed=7, seconds=1.0)
        options = Options(id, shard=shard, start_at=start_at)
        return Run(plan, target, options, client=control.client, out=tmp_path / name)

    runs = [
        run("1", Shard(0, 2), "both-shards"),
        run("2", Shard(1, 2), "both-shards"),
        run("one", Shard(), "one-shard"),
    ]
    ran = await asyncio.gather(*(each.run() for each in runs))
    kept = control.client.get(f"{LIST}/both-shards")
    parts = [str(tmp_path / name / "part.json.gz") for name in ("1", "2")]
    merged = control.invoke("load", "merge", *parts, "--out", str(tmp_path / "whole"), "--json")
    whole = json.loads(merged.output)
    for name in ("state", "asked", "achieved", "latency", "outcomes", "regions", "heatmap"):
        assert kept[name] == whole[name], name
    assert whole["shards"] == 2
    assert whole["asked"]["requests"] == 60
    single = ran[2].summary
    assert [(row["name"], row["requests"]) for row in single["regions"]] == [
        (row["name"], row["requests"]) for row in whole["regions"]
    ]
    same = control.invoke("load", "compare", "both-shards", "one-shard", "--json")
    assert (same.exit_code, json.loads(same.output)["verdict"]) == (0, "unlike"), same.output
    [waits] = [each.remarks for each in ran[:2] if each.remarks]
    assert waits[0].startswith("control waits for the parts of the shards")


def test_what_may_not_be_tested_is_refused_before_anything_is_sent(control, tmp_path):
    before, file = control.served(), scenario(tmp_path)

    def refusal(*arguments: str) -> str:
        found = control.invoke("load", "run", file, *arguments)
        assert found.exit_code == 1, found.output
        return str(found.exception or found.output)

    assert "load_tests.max_rate is 400" in refusal("--target", "app", "--scale", "100")
    assert "type its name: --confirm live" in refusal("--target", "live")
    assert "did you mean app" in refusal("--target", "aps")
    assert "no world is running" in refusal()
    assert "add --start-at" in refusal("--target", "app", "--shard", "1/2")
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert "have one id" in refusal("--target", "app", "--shard", "1/2", "--start-at", soon)
    assert "more than 24 hours ahead" in refusal("--target", "app", "--start-at", "2099-01-01T00:00:00Z")
    assert "max_rate is 400; scale it down with" in refusal("--target", "app", "--rate", "1e9")
    assert "max_duration is 1m" in refusal("--target", "app", "--duration", "1e9")
    out = "/proc/nowhere"
    assert f"nothing can be written to the folder {out}" in refusal("--target", "app", "--out", out)
    assert "is over" in refusal("--target", "app", "--start-at", "2020-01-01T00:00:00Z")
    assert "is no id for a run" in refusal("--target", "app", "--id", "Ä/..")
    assert control.served() == before


async def test_an_address_that_is_nobodys_target_is_refused():
    there = Target("elsewhere", [Origin("EU", "192.0.2.1", 80, "192.0.2.1")], {"DE": "EU"}, "EU")
    plan = bundled("swipe").plan(there, seed=1, scale=0.01)
    with pytest.raises(Forbidden, match=r"192\.0\.2\.1 may not be load-tested"):
        await execute_load_test(plan, there, Options("never"))


def test_control_runs_one_at_a_time_and_stops_it(control, tmp_path):
    text = SCENARIO.replace("for: 2s", "for: 50s")
    order = {"text": text, "target": "app", "reason": "a try"}
    started = control.client.post(LIST, order)
    path = f"{LIST}/{started['id']}"
    assert control.client.get(path)["state"] == "running"
    with pytest.raises(Refused, match="control already runs the load test small"):
        control.client.post(LIST, order)
    until(lambda: (control.client.get(path).get("achieved") or {}).get("requests", 0) > 60, 60)
    live = control.client.get(path)
    assert live["latency"]["p95"] > 0
    assert live["series"]["asked"]
    listed = {run["id"]: run["state"] for run in control.client.get(LIST)["runs"]}
    assert listed[started["id"]] == "running"
    stopped = control.invoke("load", "stop", started["id"], "--reason", "seen enough")
    assert stopped.exit_code == 0, stopped.output
    until(lambda: control.client.get(path)["state"] == "stopped", 60)
    found = control.client.get(path)
    assert 60 < found["achieved"]["requests"] < 3000
    assert "seen enough" in found["sentence"] or found["sentence"]
    decisions = control.client.get("/infrastructure/decisions", {"limit": 20})["decisions"]
    kinds = [each["kind"] for each in decisions if each["evidence"].get("load_test") == started["id"]]
    assert kinds == ["load-test-ended", "load-test-stopped", "load-test-started"]
    report = control.client.download(f"{path}/report")
    assert b"<html" in report
