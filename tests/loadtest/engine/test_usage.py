import os
import subprocess
import sys
import time

from meridian.loadtest.engine.usage import Usage


def test_cpu_counts_since_the_last_look_and_who_is_gone_is_left_out() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        usage = Usage({"mine": os.getpid(), "busy": busy.pid, "nobody": 2**22 + 1})
        until = time.monotonic() + 10
        while usage.look()["busy"][0] < 0.02:
            assert time.monotonic() < until, "a process that only computes uses CPU"
        found = usage.look()
        assert set(found) == {"mine", "busy"}
        assert found["mine"][1] > 1_000_000
        busy.kill()
    assert set(usage.look()) == {"mine"}
