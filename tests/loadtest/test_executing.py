"""Load tests from a program of one's own, and what is kept of them besides."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from meridian.cli.client import Refused
from meridian.core.errors import Forbidden, InvalidInput, NotFound
from meridian.loadtest.running import execute_load_test
from tests.loadtest.place import SCENARIO, scenario
from tests.support.waiting import until

LIST = "/infrastructure/load-tests"


def test_a_comparison_is_in_the_copy_that_control_keeps_too(control, tmp_path):
    """Also with a record that control has never seen."""
    text, first = SCENARIO.replace("for: 2s", "for: 1s"), tmp_path / "first"
    file = scenario(tmp_path, text)
    _, before, said = control.run(
        file,
        "--target",
        "app",
        "--out",
        str(first),
        "--config",
        str(control.home / "meridian.yaml"),
        "--no-control",
    )
    assert before["comparison"] is None, said
    part = str(first / "part.json.gz")
    _, after, said = control.run(
        file, "--target", "app", "--out", str(tmp_path / "second"), "--compare", part
    )
    assert after["comparison"]["with"] == before["id"], said
    assert control.client.get(f"{LIST}/{after['id']}") == after
    with pytest.raises(Refused, match=r"this file|this record"):
        control.client.upload(f"{LIST}/{after['id']}/before", gzip.compress(b"{}"))
    with pytest.raises(Refused, match="no load test has the id"):
        control.client.upload(f"{LIST}/nobodys-run/before", (first / "part.json.gz").read_bytes())
    assert control.client.get(f"{LIST}/{after['id']}") == after
    assert before["id"].encode() in control.client.download(f"{LIST}/{after['id']}/report")


def test_the_page_has_pictures_and_verdicts_while_a_run_goes_on(control, tmp_path):
    text = SCENARIO.replace("for: 2s", "for: 50s")
    child = control.start(
        "load", "run", scenario(tmp_path, text), "--target", "app", "--id", "pictured", "--out", str(tmp_path)
    )
    path = f"{LIST}/pictured"

    def live() -> dict[str, Any]:
        try:
            found: dict[str, Any] = control.client.get(path)
        except Refused:
            return {}
        return found

    try:
        until(lambda: len(live().get("heatmap", {}).get("at", [])) >= 4, 40)
        found = live()
    finally:
        child.terminate()
        child.communicate(timeout=30)
    assert found["state"] == "running"
    assert [each["name"] for each in found["phases"]] == ["hold"]
    assert all(each["held"] is not None for each in found["thresholds"])
    assert sum(map(sum, found["heatmap"]["counts"])) > 60
    assert (found["crashes"], found["failovers"]) == ([], [])
    assert len(json.dumps(found)) < 100_000


@pytest.fixture
def example(tmp_path) -> Path:
    """The program of docs/load-tests.md, as a file."""
    text = (Path(__file__).parents[2] / "docs" / "load-tests.md").read_text()
    [program] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    file = tmp_path / "example.py"
    file.write_text(program.replace("seconds=60", "seconds=1"))
    return file


def test_the_example_of_the_documentation_runs(control, tmp_path, example):
    """Without a control: with a scenario's file, and a target by its name in the configuration."""
    scenario(tmp_path, name="matches.yaml")
    (tmp_path / "meridian.yaml").write_text(
        (control.home / "meridian.yaml").read_text().replace("app: {edges", "staging: {edges")
    )
    child = subprocess.run(
        [sys.executable, example.name], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert child.returncode == 0, child.stderr
    first, *thresholds = child.stdout.splitlines()
    assert first.split()[0] in ("passed", "failed", "invalid")
    assert len(thresholds) == 2
    assert all(line.startswith(("held", "BROKEN")) for line in thresholds)


async def test_a_load_test_goes_by_the_names_of_its_scenario_and_target(control):
    file = control.home / "meridian.yaml"
    found = await execute_load_test("swipe", "app", config=file, seconds=1, rate=4, seed=7)
    assert (found["name"], found["target"], found["seed"]) == ("swipe", "app", 7)
    assert found["asked"]["requests"] > 0
    with pytest.raises(NotFound, match="no target apx"):
        await execute_load_test("swipe", "apx", config=file)
    with pytest.raises(InvalidInput, match="nothing says where the target staging is"):
        await execute_load_test("swipe", "staging")
    with pytest.raises(Forbidden, match="type its name"):
        await execute_load_test("swipe", "live", config=file, seconds=1, rate=4)
