"""Stands for control's events route where it must fail in ways that a real one does not on demand. What it takes is read as
control reads it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from meridian.telemetry.events.batch import Batch, Malformed

Planned = tuple[int, dict[str, str], bytes]
"""Status, headers, body of an answer instead of the right one."""


@dataclass
class Ear:
    """planned: what the next answers are. heard: every batch, also those that were answered wrongly."""

    url: str = ""
    planned: list[Planned] = field(default_factory=list)
    heard: list[list[dict[str, Any]]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, body: bytes) -> Planned:
        events = json.loads(body)["events"]
        self.heard.append(events)
        if self.planned:
            return self.planned.pop(0)
        read = Batch.model_validate({"events": events}).each()
        refused = [
            {"index": index, "reason": each.reason}
            for index, each in enumerate(read)
            if isinstance(each, Malformed)
        ]
        assert not refused
        new = {each["id"]: each for each in events if each["id"] not in self.taken}
        self.taken |= new
        told = {"accepted": len(new), "duplicates": len(events) - len(new), "refused": refused}
        return 200, {}, json.dumps(told).encode()


@contextmanager
def listening() -> Iterator[Ear]:
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            ear.tokens.add(self.headers["authorization"])
            status, headers, content = ear.answer(body)
            self.send_response(status)
            for name, value in {"content-length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ear.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield ear
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
