import signal
import subprocess
import sys
import time

from meridian.world.process import ProcessId, descendants, identify, mark, stop_all

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('x', flush=True); time.sleep(60)",
]


def test_a_process_is_known_by_its_start_too() -> None:
    child = subprocess.Popen(SLEEP)
    known = identify(child.pid)
    assert known is not None
    assert known.alive()
    assert not ProcessId(child.pid, "1@another-boot").alive()
    assert not ProcessId(child.pid, "1@another-boot").signal(signal.SIGKILL)
    assert child.poll() is None
    assert known.signal(signal.SIGKILL)
    child.wait()
    assert not known.alive()
    assert identify(child.pid) is None


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen(SLEEP)
    known = identify(child.pid)
    assert known is not None
    child.kill()
    deadline = time.monotonic() + 5
    while known.alive() and time.monotonic() < deadline:
        pass
    assert mark(child.pid) == ""
    child.wait()


def test_what_does_not_end_when_asked_is_killed() -> None:
    child = subprocess.Popen(STUBBORN, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    known = identify(child.pid)
    assert known is not None
    assert stop_all([known], grace=0.2) == [known]
    assert child.wait() == -signal.SIGKILL
    child.stdout.close()


def test_the_children_of_a_process_are_found() -> None:
    script = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    parent = subprocess.Popen(
        [sys.executable, "-c", script + "; print(p.pid, flush=True); time.sleep(60)"], stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    known = identify(parent.pid)
    assert known is not None
    assert [child.pid for child in descendants(known)] == [pid]
    stop_all([*descendants(known), known])
    parent.wait()
    parent.stdout.close()
