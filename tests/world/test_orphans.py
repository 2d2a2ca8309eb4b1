"""What a killed supervisor may leave: found by identity, stopped, and nothing else touched."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from meridian.world import orphans
from meridian.world.process import identify
from meridian.world.stop import stop

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    root = tmp_path / "home"
    root.mkdir()
    return root


def record(home: Path, pid: int, started: str) -> None:
    (home / orphans.STATE).write_text(
        json.dumps({"processes": [{"pid": pid, "started": started}, {"pid": None}]})
    )


def test_a_recorded_process_is_stopped_and_stopping_again_finds_nothing(home: Path) -> None:
    child = subprocess.Popen(SLEEP)
    known = identify(child.pid)
    assert known is not None
    record(home, child.pid, known.started)
    assert stop(home).startswith("stopped 1 processes")
    assert child.wait() != 0
    assert stop(home) == f"nothing is running in {home.resolve()}"


def test_a_pid_that_went_to_another_process_is_left_alone(home: Path) -> None:
    child = subprocess.Popen(SLEEP)
    record(home, child.pid, "1@another-boot")
    assert orphans.stop(home) == 0
    assert child.poll() is None
    child.kill()
    child.wait()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"processes": [{"pid": "x", "started": 1}]}'])
def test_a_damaged_record_names_nothing(home: Path, text: str) -> None:
    (home / orphans.STATE).write_text(text)
    assert orphans.find(home) == []


def test_down_without_a_home_is_harmless(tmp_path: Path) -> None:
    assert stop(tmp_path / "absent").startswith("nothing is running")
    assert not (tmp_path / "absent").exists()
