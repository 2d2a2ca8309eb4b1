"""What an exact check costs: checks a second on one core of the admission process, in memory and over Redis on loopback.

The rate is of CPU that the process itself spends, so that Redis and the load beside it on the same cores do not count. Beside
it, in the same run and under the same load, slowapi on uvicorn, asked for the same decision.
"""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import psutil
import uvloop

from meridian.envoy.snapshot import canonical
from meridian.limits.admission.settings import settings_of
from meridian.limits.state import NO_STATE
from tests.bench.avalo import avalo
from tests.bench.row import Row
from tests.support.ports import reserve
from tests.support.redis import redis
from tests.support.waiting import until

CONNECTIONS = 32
REQUESTS = 20_000
USERS = 5000
ROUNDS = 5
PROMISED = 8000
"""Checks a second on one core, with Redis."""


@dataclass(frozen=True, slots=True)
class Measured:
    """per_core: answers in each second of the process's own CPU. rate: in each second of time. slow: 99th percentile, seconds."""

    per_core: float
    rate: float
    slow: float


def measure(folder: Path) -> Iterator[Row]:
    """Rounds of all four take turns, so that what else the machine does falls on each of them."""
    with ExitStack() as stack:
        store = stack.enter_context(redis())
        subjects = {
            "memory": _admission(stack, folder / "memory", "memory", ""),
            "Redis": _admission(stack, folder / "redis", "redis", store.url),
            "slowapi, memory": slowapi(stack, "memory://"),
            "slowapi, Redis": slowapi(stack, f"redis+{store.url}"),
        }
        found: dict[str, list[Measured]] = {name: [] for name in subjects}
        for turn in range(ROUNDS + 1):
            for name, subject in subjects.items():
                one = uvloop.run(subject.load())
                if turn:  # the first one warms up
                    found[name].append(one)
    yield from _rows(found)


def _rows(found: dict[str, list[Measured]]) -> Iterator[Row]:
    def middle(name: str, what: str) -> float:
        return statistics.median(getattr(each, what) for each in found[name])

    def note(name: str) -> str:
        slow = middle(name, "slow") * 1000
        return f"median of {ROUNDS}; {middle(name, 'rate'):.0f}/s beside its load on {os.cpu_count()} cores; p99 {slow:.1f} ms"

    for name in ("Redis", "memory"):
        what = f"exact checks a second and core, {name}"
        yield Row(what, middle(name, "per_core"), PROMISED, "/s", note(name), at_most=False)
    for name, least in (("memory", 1.0), ("Redis", 1.0)):
        ratio = middle(name, "per_core") / middle(f"slowapi, {name}", "per_core")
        slow = f"slowapi on uvicorn: {middle(f'slowapi, {name}', 'per_core'):.0f}/s and core; {note(f'slowapi, {name}')}"
        yield Row(f"exact checks / slowapi's, {name}", ratio, least, "", slow, at_most=False)


@dataclass(slots=True)
class Subject:
    """process: whose CPU counts. address: a socket's path, or a port of loopback."""

    process: psutil.Process
    address: str | int
    requests: list[bytes]

    async def load(self) -> Measured:
        clients = Clients(self.requests)
        for _ in range(CONNECTIONS):
            await self._connect(lambda: Client(clients))
        before, began = self.process.cpu_times(), time.perf_counter()
        clients.begin()
        async with asyncio.timeout(120):
            await clients.done.wait()
        took, after = time.perf_counter() - began, self.process.cpu_times()
        clients.close()
        assert clients.statuses == {b"200": REQUESTS}, clients.statuses
        spent = after.user + after.system - before.user - before.system
        slow = sorted(clients.waits)[len(clients.waits) * 99 // 100]
        return Measured(REQUESTS / spent, REQUESTS / took, slow)

    async def _connect(self, make: Callable[[], asyncio.Protocol]) -> None:
        loop = asyncio.get_running_loop()
        if isinstance(self.address, int):
            await loop.create_connection(make, "127.0.0.1", self.address)
        else:
            await loop.create_unix_connection(make, self.address)


@dataclass(slots=True)
class Clients:
    """Each sends its next request when it has the answer to the last."""

    requests: list[bytes]
    sent: int = 0
    statuses: Counter[bytes] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    everyone: list["Client"] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        for client in self.everyone:
            client.send()

    def close(self) -> None:
        for client in self.everyone:
            client.transport.close()


class Client(asyncio.Protocol):
    transport: asyncio.Transport

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._at = 0.0
        self._left = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self._clients.everyone.append(self)

    def send(self) -> None:
        clients = self._clients
        if clients.sent < REQUESTS:
            self._at = time.perf_counter()
            self.transport.write(clients.requests[clients.sent % len(clients.requests)])
            clients.sent += 1

    def data_received(self, data: bytes) -> None:
        """Answers are small; one that comes in two pieces is put together."""
        self._left += data
        head, found, body = self._left.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._left = b""
        clients = self._clients
        clients.waits.append(time.perf_counter() - self._at)
        clients.statuses[head[9:12]] += 1
        if len(clients.waits) == REQUESTS:
            clients.done.set()
        self.send()


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


def _admission(stack: ExitStack, home: Path, store: str, url: str) -> Subject:
    """deadline: of a second, so that a machine that is busy with other things measures slowness and not refusals."""
    settings = settings_of(avalo(), NO_STATE)
    settings["limits"]["counters"] = {"store": store, "deadline": "1s"}
    for name in ("xds", "log"):
        (home / name).mkdir(parents=True)
    (home / "xds" / "admission.json").write_bytes(canonical(settings))
    command = [sys.executable, "-m", "meridian.limits.admission", "--home", str(home)]
    process = _run(stack, command, {"MERIDIAN_REDIS_URL": url})
    path = home / "admission.sock"
    until(path.exists, 30)
    return Subject(process, str(path), [_admit(number) for number in range(USERS)])


def _admit(number: int) -> bytes:
    """As the edge's Envoy asks."""
    return (
        f"POST /admit/v1/payout HTTP/1.1\r\nhost: admission\r\nx-request-id: 6f1c9a52-3f0e-4f2b-9a57-{number:012d}\r\n"
        f"x-meridian-action: payout\r\nx-meridian-user: user-{number}\r\nx-meridian-tier: vip\r\nx-meridian-risk: low\r\n"
        "x-meridian-country: DE\r\nx-meridian-region: EU\r\nx-meridian-target: EU\r\nx-meridian-client: 203.0.113.9\r\n"
        "x-forwarded-for: 203.0.113.9\r\ncontent-length: 0\r\n\r\n"
    ).encode()


def slowapi(stack: ExitStack, store: str) -> Subject:
    port = reserve()[0]
    command = [sys.executable, "-m", "uvicorn", "tests.bench.slowapi_app:app", "--port", str(port)]
    options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error"]
    process = _run(stack, command + options, {"BENCH_STORE": store})
    until(lambda: _listens(port), 30)
    requests = [
        f"POST /check HTTP/1.1\r\nhost: bench\r\nx-meridian-user: user-{number}\r\ncontent-length: 0\r\n\r\n".encode()
        for number in range(USERS)
    ]
    return Subject(process, port, requests)


def _run(stack: ExitStack, command: list[str], env: dict[str, str]) -> psutil.Process:
    started = subprocess.Popen(command, env={**os.environ, **env})

    def stop() -> None:
        started.terminate()
        started.wait(10)

    stack.callback(stop)
    return psutil.Process(started.pid)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
