"""Control with every feature on a real server, and sockets that a test reads, leaves, or lets fill up."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from meridian.api.app import application
from meridian.api.control import ControlPlane
from meridian.api.serve import Server, configured
from meridian.features import features
from tests.api.world import OPS, bearer
from tests.regions.bench import Countries
from tests.regions.live import settings
from tests.support.waiting import until

STREAM = "/infrastructure/stream"


@dataclass
class Running:
    control: ControlPlane
    server: Server
    thread: threading.Thread
    loop: asyncio.AbstractEventLoop
    port: int
    watchers: list["Watcher"] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> float:
        """Asks it to stop as a signal would, and gives the seconds it took."""
        begun = time.monotonic()
        self.server.should_exit = True
        self.thread.join(15)
        assert not self.thread.is_alive(), "control did not stop"
        return time.monotonic() - begun

    def watch(self, **headers: str) -> "Watcher":
        self.watchers.append(Watcher(self.port, headers))
        return self.watchers[-1]


class Watcher:
    """One who reads the stream, as slowly as a test wants."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        given = {**bearer(OPS), **{name.replace("_", "-"): value for name, value in headers.items()}}
        lines = [
            f"GET {STREAM} HTTP/1.1",
            "host: control",
            *(f"{name}: {value}" for name, value in given.items()),
        ]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._file = self.socket.makefile("rb")
        self.head = b"".join(iter(self._file.readline, b"\r\n")).decode()

    def events(self) -> Iterator[tuple[str, Any, bytes]]:
        """(name, data, bytes) of each event, until the stream ends."""
        text = b""
        while (size := self._file.readline()) and (wide := int(size, 16)):
            text += self._file.read(wide)
            self._file.read(2)
            while b"\n\n" in text:
                raw, _, text = text.partition(b"\n\n")
                fields = dict(line.split(b": ", 1) for line in raw.split(b"\n") if not line.startswith(b":"))
                if b"event" in fields:
                    yield fields[b"event"].decode(), json.loads(fields[b"data"]), raw

    def next(self, name: str) -> tuple[Any, bytes]:
        return next((data, raw) for found, data, raw in self.events() if found == name)

    def close(self) -> None:
        self._file.close()
        self.socket.close()


@contextmanager
def running(home: Path, url: str) -> Iterator[Running]:
    control = ControlPlane(settings(home, url), features(), Countries())  # type: ignore[arg-type]
    server = Server(configured(application(control)))
    server.control = control
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        await server._serve([bound])

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    watchers: list[Watcher] = []
    try:
        until(lambda: server.started and not control.trouble(), 30)
        yield Running(control, server, thread, loops[0], bound.getsockname()[1], watchers)
    finally:
        for watcher in watchers:
            watcher.close()
        server.should_exit = True
        thread.join(15)
        bound.close()


def ask(running: Running, path: str, token: str = OPS, **query: Any) -> httpx.Response:
    return httpx.get(f"{running.url}{path}", params=query, headers=bearer(token), timeout=20)
