"""A control process, and one location of the sample app as a target that its configuration names."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from meridian.cli.client import Client, Refused
from meridian.cli.main import program
from meridian.core.errors import Unavailable
from tests.api.world import ADMIN, config_text, prepare
from tests.support.ports import reserve
from tests.support.waiting import until

SCENARIO = """\
name: small
title: A small one
kind: load
users: {count: 20, countries: {DE: 3, US: 1}}
load:
  timeout: 15s
  phases:
    - {name: hold, for: 2s, rate: 60}
flow:
  - {name: feed, request: GET /v1/feed}
thresholds:
  - p95 < 15s
  - errors < 1%
"""
TARGETS = """
load_tests:
  max_rate: 400
  max_duration: 60s
  targets:
    app: {edges: {EU: "http://127.0.0.1:PORT", US: "http://127.0.0.1:PORT"}}
    live: {production: true, edges: {EU: "http://127.0.0.1:PORT"}}
"""
MERIDIAN = [sys.executable, "-c", "from meridian.cli.main import run; run()"]


@dataclass
class Place:
    """home: control's folder. address: of control. app: port of the sample app. database: control's URL of it."""

    home: Path
    address: str
    app: int
    database: str

    @property
    def client(self) -> Client:
        return Client(self.home, address=self.address, token=ADMIN)

    @property
    def env(self) -> dict[str, str]:
        return {"MERIDIAN_CONTROL": self.address, "MERIDIAN_TOKEN": ADMIN, "MERIDIAN_HOME": str(self.home)}

    def invoke(self, *arguments: str) -> Result:
        """A command that asks control, in this process."""
        return CliRunner().invoke(program, [*arguments], env=self.env)

    def start(self, *arguments: str, **env: str) -> "subprocess.Popen[str]":
        """A command in a process of its own."""
        return subprocess.Popen(
            [*MERIDIAN, *arguments],
            env={**os.environ, **self.env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **env: str) -> tuple[int, Any, str]:
        """`meridian load run --json` to its end: exit status, its Summary (None where it printed none), what it said."""
        child = self.start("load", "run", *arguments, "--json", **env)
        out, said = child.communicate(timeout=100)
        return child.returncode, json.loads(out) if out else None, said

    def served(self) -> int:
        """Requests that the app has answered."""
        from urllib.request import urlopen

        with urlopen(f"http://127.0.0.1:{self.app}/__served", timeout=5) as answer:
            return int(json.loads(answer.read())["total"])


def scenario(folder: Path, text: str = SCENARIO, name: str = "small.yaml") -> str:
    file = folder / name
    file.write_text(text)
    return str(file)


@contextmanager
def place(home: Path, database: str) -> Iterator[Place]:
    prepare(home)
    app, port = reserve(2)
    (home / "meridian.yaml").write_text(config_text() + TARGETS.replace("PORT", str(app)))
    address = f"127.0.0.1:{port}"
    control = [*MERIDIAN, "control", "--home", ".", "--listen", address, "--config", "meridian.yaml"]
    control += ["--inventory", "inventory.json", "--bootstrap-tokens", "tokens.json"]
    sample = [sys.executable, "-m", "meridian.world.app", "west", "--region", "EU", "--listen"]
    env = {**os.environ, "MERIDIAN_DATABASE_URL": database, "MERIDIAN_EDGE_KEY": "k"}
    children = []
    with (home / "control.log").open("wb") as log:
        for argv in (control, [*sample, f"127.0.0.1:{app}"]):
            children.append(subprocess.Popen(argv, cwd=home, env=env, stdout=log, stderr=log))
    found = Place(home, address, app, database)
    try:
        until(lambda: _ready(found, children), 90)
        yield found
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(30)


def _ready(place: Place, children: list["subprocess.Popen[bytes]"]) -> bool:
    assert all(child.poll() is None for child in children), (place.home / "control.log").read_text()
    try:
        return bool(Client(address=place.address).get("/readyz")["ready"]) and place.served() >= 0
    except (Unavailable, Refused, OSError):
        time.sleep(0.05)
        return False
