"""Children over real processes: restarted, held, stopped, and never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from meridian.core.errors import Conflict
from meridian.world.child import LONGEST_PAUSE, Child, ChildPlan, pause
from meridian.world.process import identify
from tests.world.conftest import Eventually

SLEEP = "import time; time.sleep(60)"


def plan(tmp_path: Path, code: str, grace: float = 5.0) -> ChildPlan:
    return ChildPlan("app:x", [sys.executable, "-c", code], tmp_path / "log" / "x.log", grace=grace)


def test_pauses_grow_and_end() -> None:
    assert [pause(n) for n in range(4)] == [0.0, 0.1, 0.2, 0.4]
    assert pause(1000) == LONGEST_PAUSE


async def test_a_killed_process_is_started_again(tmp_path: Path, eventually: Eventually) -> None:
    starts: list[int] = []
    child = Child(plan(tmp_path, SLEEP), lambda c: starts.append(c.process.pid if c.process else 0))
    child.start()
    await eventually(lambda: len(starts) == 1)
    os.kill(starts[0], signal.SIGKILL)
    await eventually(lambda: len(starts) == 2 and child.state == "running")
    assert child.restarts == 1
    assert child.last_exit == "was killed by SIGKILL"
    await child.stop()
    assert identify(starts[1]) is None
    assert child.state == "stopped"


async def test_a_process_that_keeps_failing_says_how_it_ended(tmp_path: Path, eventually: Eventually) -> None:
    child = Child(plan(tmp_path, "print('no money'); raise SystemExit(3)"))
    child.start()
    await eventually(lambda: child.crashes >= 2)
    assert child.last_exit == "ended with exit status 3"
    assert "no money" in child.plan.log.read_text()
    await child.stop()


async def test_a_held_process_stays_down_until_it_is_released(tmp_path: Path, eventually: Eventually) -> None:
    child = Child(plan(tmp_path, SLEEP))
    child.start()
    await eventually(lambda: child.state == "running")
    first = child.process
    child.kill(hold=True)
    await eventually(lambda: child.state == "held")
    assert first is not None
    assert not first.alive()
    assert child.process is None
    child.release()
    await eventually(lambda: child.state == "running")
    await child.stop()


async def test_a_program_that_is_not_there_is_tried_again_and_told(
    tmp_path: Path, eventually: Eventually
) -> None:
    child = Child(ChildPlan("app:x", [str(tmp_path / "absent")], tmp_path / "x.log"))
    child.start()
    await eventually(lambda: child.crashes >= 2)
    assert "could not be started" in child.last_exit
    await child.stop()


async def test_what_must_be_prepared_and_cannot_is_told(tmp_path: Path, eventually: Eventually) -> None:
    def refuse() -> None:
        raise Conflict("made by another version")

    child = Child(ChildPlan("postgres", ["true"], tmp_path / "x.log", before=refuse))
    child.start()
    await eventually(lambda: child.crashes >= 1)
    assert child.last_exit == "could not be started: made by another version"
    await child.stop()


async def test_what_ignores_the_stop_is_killed_after_its_grace(
    tmp_path: Path, eventually: Eventually
) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on'); time.sleep(60)"
    child = Child(plan(tmp_path, code, grace=0.2))
    child.start()
    await eventually(lambda: child.plan.log.exists() and "on" in child.plan.log.read_text())
    process = child.process
    began = time.monotonic()
    await child.stop()
    assert process is not None
    assert not process.alive()
    assert time.monotonic() - began < 3


async def test_secrets_of_others_are_not_handed_on(
    tmp_path: Path, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MERIDIAN_DATABASE_URL", "postgresql://secret")
    code = "import os; print('url', os.environ.get('MERIDIAN_DATABASE_URL'), flush=True); import time; time.sleep(60)"
    child = Child(plan(tmp_path, code))
    child.start()
    await eventually(lambda: child.plan.log.exists() and child.plan.log.read_text().endswith("\n"))
    assert child.plan.log.read_text() == "url None\n"
    await child.stop()


def test_a_killed_supervisor_leaves_no_process_behind(tmp_path: Path) -> None:
    script = f"""
import asyncio, sys
from pathlib import Path
from meridian.world.child import Child, ChildPlan
async def main():
    child = Child(ChildPlan("x", [sys.executable, "-c", {SLEEP!r}], Path({str(tmp_path)!r}) / "x.log"),
                  lambda c: print(c.process.pid, flush=True))
    child.start()
    await asyncio.sleep(60)
asyncio.run(main())
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    known = identify(int(parent.stdout.readline()))
    assert known is not None
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while known.alive():
        assert time.monotonic() < deadline, "the child outlived its supervisor"


async def test_stopping_twice_and_before_the_start_is_harmless(tmp_path: Path) -> None:
    child = Child(plan(tmp_path, SLEEP))
    await child.stop()
    child.start()
    await asyncio.sleep(0)
    await child.stop()
    await child.stop()
