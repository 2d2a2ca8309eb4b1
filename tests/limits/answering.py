"""An edge's check API as far as its clients see it: it answers as it is told, and remembers what it was asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

ALLOWED = {
    "allowed": True,
    "limits": [
        {"name": "chat", "key": "user", "quota": 100, "window": 60, "remaining": 37, "reset": 12},
    ],
}
REFUSED = ALLOWED | {"allowed": False, "refused_by": "chat", "retry_after": 12}


@dataclass
class Edge:
    """Answers as it is told, and remembers what it was asked."""

    url: str = ""
    status: int = 200
    answer: Any = field(default_factory=lambda: ALLOWED)
    hangs: bool = False
    released: Event = field(default_factory=Event)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)


@contextmanager
def answering() -> Iterator[Edge]:
    edge = Edge()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            edge.asked.append((self.path, self.headers["meridian-check"], body))
            if edge.hangs:
                edge.released.wait(10)
            content = edge.answer if isinstance(edge.answer, bytes) else json.dumps(edge.answer).encode()
            self.send_response(edge.status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever)
    thread.start()
    edge.url = f"http://127.0.0.1:{server.server_port}"
    yield edge
    edge.released.set()
    server.shutdown()
    thread.join(10)
    server.server_close()
