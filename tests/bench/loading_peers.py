"""The other generators, where they can be had: Locust in an environment of its own, wrk from the machine."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bench.loading_target import environment

LOCUSTFILE = '''
import os

from locust import FastHttpUser, constant, constant_throughput, task


class Swiper(FastHttpUser):
    """Checks of each answer what our scenario checks."""

    rate = float(os.environ["RATE_OF_EACH"])
    wait_time = constant_throughput(rate) if rate else constant(0)
    network_timeout = connection_timeout = 20.0

    @task
    def swipe(self):
        headers = {"x-forwarded-for": "92.184.100.1"}
        with self.client.get("/v1/swipe?profile=1", headers=headers, catch_response=True) as answer:
            told = answer.json() if answer.status_code == 200 else {}
            if told.get("home") != "EU" or told.get("tier") != "free" or told.get("served_by") != "europe-west1":
                answer.failure("check")
'''


def locust(folder: Path) -> Path | None:
    """The program, installed under `folder`; None where it cannot be installed."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    home = folder / "locust"
    try:
        subprocess.run([uv, "venv", "-q", "-p", sys.executable, str(home)], check=True, capture_output=True)
        given = [uv, "pip", "install", "-q", "-p", str(home / "bin/python"), "locust"]
        subprocess.run(given, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError):
        return None
    (home / "locustfile.py").write_text(LOCUSTFILE)
    return home / "bin/locust"


def start_locust(
    program: Path, port: int, users: int, each: float, seconds: float
) -> "subprocess.Popen[bytes]":
    """each: requests a second of each user; 0: as many as it can."""
    about = ["-f", str(program.parents[1] / "locustfile.py"), "-H", f"http://127.0.0.1:{port}", "--headless"]
    command = [str(program), *about, "-u", str(users), "-r", str(users), "-t", f"{seconds:.0f}s", "--json"]
    return subprocess.Popen(
        [*command, "--stop-timeout", "20"],
        env={**environment(), "RATE_OF_EACH": str(each)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def percentile(told: bytes, share: float) -> float:
    """Of what Locust says at its end: milliseconds, by nearest rank of the values it keeps (rounded to two digits)."""
    (stats,) = json.loads(told)
    times: dict[float, int] = {float(ms): n for ms, n in stats["response_times"].items()}
    wanted, seen = share * sum(times.values()), 0
    for ms in sorted(times):
        seen += times[ms]
        if seen >= wanted:
            return ms
    return 0.0


def largest(told: bytes) -> float:
    (stats,) = json.loads(told)
    found: Any = stats["max_response_time"]
    return float(found)


def wrk() -> str | None:
    return shutil.which("wrk")


def start_wrk(program: str, port: int, connections: int, seconds: float) -> "subprocess.Popen[bytes]":
    command = [program, "-t1", f"-c{connections}", f"-d{seconds:.0f}s", f"http://127.0.0.1:{port}/v1/swipe"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
