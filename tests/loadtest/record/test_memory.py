"""An hour at 500 requests a second, with a region killed, fits in a few megabytes."""

import json
import subprocess
import sys


def test_an_hour_takes_a_fraction_of_100_megabytes() -> None:
    """Told from two minutes in a process of its own: what the second of them added, times sixty."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.recording", "120"], capture_output=True, text=True, check=True
    )
    found = json.loads(ran.stdout)
    assert found["grown"] < 50
    assert found["part"] < 50
