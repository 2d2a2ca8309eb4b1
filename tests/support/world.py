"""A whole local world for scenarios: real processes under `meridian up`, on ports and in a folder of its
own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.support.ports import reserve

ROOT = Path(__file__).parents[2]
MERIDIAN = Path(sys.executable).with_name("meridian")
AVALO = ROOT / "profiles/avalo/meridian.yaml"

FRENCH, BRITISH = "92.184.100.1", "81.2.69.142"
INDIAN, BRAZILIAN, AMERICAN = "49.36.0.1", "200.160.2.3", "8.8.8.8"
PRIVATE = "10.1.2.3"
"""An address that belongs to no country."""

T = TypeVar("T")


@dataclass(slots=True)
class World:
    """home: its folder. base: control's port; the edges EU, US, APAC follow it."""

    home: Path
    base: int
    process: subprocess.Popen[bytes] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10, trust_env=False))
    _turns: Iterator[int] = field(default_factory=count)

    @property
    def control(self) -> str:
        return f"http://127.0.0.1:{self.base}"

    @property
    def log(self) -> Path:
        """What `meridian up` printed."""
        return self.home.with_name(f"{self.home.name}-up.log")

    @property
    def admin(self) -> dict[str, str]:
        return {"authorization": f"Bearer {(self.home / 'admin-token').read_text().strip()}"}

    def edge(self, region: str) -> str:
        urls = json.loads((self.home / "inventory.json").read_text())["urls"]
        return str(urls[region])

    def start(self, *options: str) -> "World":
        """Returns when the banner is out. Fails with what `up` printed when it ends before."""
        command = [MERIDIAN, "up", "--home", self.home, "--port-base", str(self.base), *options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(part) for part in command], stdout=log, stderr=log, env=self.environment()
            )
        try:
            until(self._up, 150, "the world to be up")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.run('status', check=False).stdout}") from None
        return self

    def _up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"`meridian up` ended:\n{self.log.read_text()}"
        done = self.run("status", "--json", check=False)
        return done.returncode == 0

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def run(
        self, *arguments: str | Path, check: bool = True, seconds: float = 90
    ) -> "subprocess.CompletedProcess[str]":
        """One `meridian` command against this world, which may take so many seconds; a failure shows what it printed."""
        command = [str(MERIDIAN), *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, env=self.environment(), cwd=ROOT
        )
        assert not check or done.returncode == 0, (
            f"{command} exited {done.returncode}\n{done.stdout}{done.stderr}"
        )
        return done

    def json(self, *arguments: str | Path) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)

    def get(self, path: str, ip: str = FRENCH, region: str = "EU", **headers: str) -> httpx.Response:
        return self.ask("GET", path, ip, region, **headers)

    def ask(
        self, method: str, path: str, ip: str = FRENCH, region: str = "EU", **headers: str
    ) -> httpx.Response:
        """A client's request at the edge of `region`; French clients take turns, as one alone would meet its limits. Header
        names take underscores for hyphens."""
        if ip == FRENCH:
            turn = next(self._turns)
            ip = f"92.184.{100 + turn // 250 % 4}.{1 + turn % 250}"
        given = {"x-forwarded-for": ip, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.request(method, f"{self.edge(region)}{path}", headers=given)

    def operator(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.client.request(method, f"{self.control}{path}", headers=self.admin, **options)

    def token(self, user: str, tier: str = "free", country: str = "") -> str:
        options = ["--country", country] if country else []
        return self.run("token", "user", "--id", user, "--tier", tier, *options).stdout.strip()

    def served(self, location: str) -> dict[str, Any]:
        """What the app of a location counted."""
        instances = json.loads((self.home / "inventory.json").read_text())["instances"]
        answer = self.client.get(f"http://{instances[location]['default'][0]}/__served")
        return dict(answer.json())

    def pid(self, part: str) -> int:
        """Of a part as `meridian status` names it: "control", "postgres", "edge:EU", "app:europe-west1"."""
        processes = json.loads(self.run("status", "--json", check=False).stdout)["processes"]
        return int(next(each["pid"] for each in processes if each["name"] == part))

    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MERIDIAN_")}
        return {**inherited, "MERIDIAN_HOME": str(self.home), "PYTHONPATH": str(ROOT), **self.env}


@contextmanager
def world(folder: Path, env: Mapping[str, str] | None = None, options: Sequence[str] = ()) -> Iterator[World]:
    made = World(folder / "home", reserve(10)[0], env=env or {})
    try:
        yield made.start(*options)
    finally:
        made.stop()
        made.client.close()


def until(condition: Callable[[], T], seconds: float, what: str) -> T:
    """Polls until the condition holds, and returns its value; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    last: Exception | None = None
    while time.monotonic() < deadline:
        try:
            if value := condition():
                return value
        except (httpx.HTTPError, OSError, ValueError, KeyError, StopIteration) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:g} s in vain for {what}" + (f" (last: {last!r})" if last else ""))
