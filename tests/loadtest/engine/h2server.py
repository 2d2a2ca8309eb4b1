"""A server of HTTP/2 by the library h2, whose answers a test decides."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import h2.config
import h2.connection
import h2.events
import h2.settings


@dataclass
class Asked:
    """One request as it came."""

    peer: "Peer"
    stream: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""

    @property
    def path(self) -> str:
        return dict(self.headers)[b":path"].decode()

    def answer(self, status: int = 200, body: bytes = b"ok", **more: str) -> None:
        extra = [(name.replace("_", "-"), value) for name, value in more.items()]
        self.peer.link.send_headers(self.stream, [(":status", str(status)), *extra], end_stream=not body)
        if body:
            self.peer.link.send_data(self.stream, body, end_stream=True)
        self.peer.flush()


@dataclass
class Script:
    """settings: what the server tells first. answer: called with each request that is complete."""

    answer: Callable[[Asked], None] = Asked.answer
    settings: dict[int, int] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    peers: "list[Peer]" = field(default_factory=list)
    events: list[h2.events.Event] = field(default_factory=list)


class Peer(asyncio.Protocol):
    def __init__(self, script: Script) -> None:
        self.script = script
        self.link = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding=None)
        )
        self.under_way: dict[int, Asked] = {}
        script.peers.append(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.link.local_settings = h2.settings.Settings(client=False, initial_values=self.script.settings)
        self.link.initiate_connection()
        self.flush()

    def data_received(self, data: bytes) -> None:
        for event in self.link.receive_data(data):
            self.script.events.append(event)
            match event:
                case h2.events.RequestReceived():
                    assert event.stream_id is not None
                    headers = [(bytes(name), bytes(value)) for name, value in event.headers or ()]
                    self.under_way[event.stream_id] = Asked(self, event.stream_id, headers)
                case h2.events.DataReceived():
                    assert event.stream_id is not None
                    self.under_way[event.stream_id].body += event.data or b""
                    self.link.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
                case h2.events.StreamEnded():
                    assert event.stream_id is not None
                    asked = self.under_way.pop(event.stream_id)
                    self.script.asked.append(asked)
                    self.script.answer(asked)
        self.flush()

    def flush(self) -> None:
        self.transport.write(self.link.data_to_send())


@asynccontextmanager
async def serving(script: Script) -> AsyncIterator[int]:
    """The port."""
    server = await asyncio.get_running_loop().create_server(lambda: Peer(script), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for peer in script.peers:
            peer.transport.abort()
