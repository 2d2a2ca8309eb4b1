"""An admission process of a test's own, asked over its socket."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from socket import AF_UNIX, socket
from typing import Any, NamedTuple

from meridian.envoy.agent.folder import replace
from meridian.envoy.snapshot import canonical
from meridian.limits.admission.settings import settings_of
from meridian.limits.settings import Limits
from meridian.limits.state import NO_STATE, LimitsState
from tests.support.configs import small
from tests.support.waiting import until

LIMITS: dict[str, Any] = {
    "tiers": {"vip": 5},
    "policies": {
        "login": {
            "key": "user",
            "actions": ["login"],
            "rate": 5,
            "window": "5m",
            "scope": "exact",
            "on_failure": "deny",
            "tiers": False,
            "risk": False,
        },
        "payout": {"key": "user", "actions": ["payout"], "rate": 5, "window": "1h", "scope": "exact"},
        "money": {"key": "user", "actions": ["payout", "buy"], "rate": 8, "window": "1d", "scope": "exact"},
        "chat": {"key": "user", "actions": ["chat"], "rate": 100, "window": "1m"},
    },
    "shields": {"guessing": {"action": "login"}, "pin": {"action": "pin"}},
}


class Told(NamedTuple):
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class _Connection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("admission", timeout=10)
        self._path = path

    def connect(self) -> None:
        self.sock = socket(AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(str(self._path))


class Process:
    """home: the edge's folder."""

    def __init__(self, home: Path, url: str = "") -> None:
        self.home = home
        self._url = url
        self._process: subprocess.Popen[bytes] | None = None
        self._threads = threading.local()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def tell(self, state: LimitsState = NO_STATE, **changed: Any) -> None:
        """Lays down `admission.json`."""
        config = small(limits=LIMITS | changed)
        replace(self.home / "xds" / "admission.json", canonical(settings_of(config, state)))

    def start(self) -> None:
        env = {**os.environ, "MERIDIAN_REDIS_URL": self._url, "MERIDIAN_EDGE_KEY": "test"}
        (self.home / "log").mkdir(exist_ok=True)
        command = [sys.executable, "-m", "meridian.limits.admission", "--home", str(self.home)]
        self._process = subprocess.Popen(command, env=env)
        until(self.ready)

    def stop(self) -> int:
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(10)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def ready(self) -> bool:
        try:
            return self.ask("GET", "/ready").status == 200
        except OSError:
            return False

    def connection(self) -> HTTPConnection:
        return _Connection(self.home / "admission.sock")

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Told:
        connection = self.connection()
        try:
            connection.request(method, path, body or None, dict(headers or {}))
            answer = connection.getresponse()
            return Told(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def admit(self, action: str, **headers: str) -> Told:
        """headers: without their `x-meridian-`, but for `device` and `request`."""
        return self.ask("POST", f"/admit/v1/{action}", named(action, headers))

    def outcome(self, action: str, status: int, **headers: str) -> Told:
        return self.ask("POST", "/outcome", named(action, headers) | {"x-meridian-status": str(status)})

    def login(self, status: int = 401, **headers: str) -> Told:
        """An attempt and, where it gets through, the app's answer to it."""
        told = self.admit("login", **headers)
        if told.status == 200:
            assert self.outcome("login", status, **headers).status == 204
        return told

    def check(self, **body: Any) -> Told:
        return self.ask("POST", "/infrastructure/rate-limit/check", None, json.dumps(body).encode())

    def state(self) -> Any:
        return self.ask("GET", "/state").json

    def log(self) -> list[Any]:
        path = self.home / "log" / "admission.log"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def named(action: str, headers: Mapping[str, str]) -> dict[str, str]:
    own = {"device": "x-device-id", "request": "x-request-id"}
    given = {own.get(name, f"x-meridian-{name}"): value for name, value in headers.items()}
    return {"x-meridian-action": action, "x-meridian-client": "198.51.100.1", **given}


@contextmanager
def admission(url: str = "", state: LimitsState = NO_STATE, **changed: Any) -> Iterator[Process]:
    with tempfile.TemporaryDirectory(prefix="mt-admission-") as folder:
        process = Process(Path(folder), url)
        process.tell(state, **changed)
        process.start()
        try:
            yield process
        finally:
            process.kill()


def limits(**changed: Any) -> Limits:
    return Limits.model_validate(LIMITS | changed)
