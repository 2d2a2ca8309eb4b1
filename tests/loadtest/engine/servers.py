"""Small servers that say exactly what a test wants to have said, and a pool that asks them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from meridian.loadtest.engine.dialing import dialer, streams
from meridian.loadtest.engine.exchange import Exchange
from meridian.loadtest.engine.pool import Pool
from meridian.loadtest.plan import Answer, Ask, Origin


@dataclass
class Peer:
    """One connection. number: from 1, in the order in which they came."""

    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self) -> str:
        """The next request's head. Raises IncompleteReadError at the end."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        for line in head.lower().split("\r\n"):
            if line.startswith("content-length: "):
                await self.reader.readexactly(int(line.partition(": ")[2]))
        return head

    async def say(self, *pieces: bytes) -> None:
        """Each piece in a packet of its own, as far as that can be had."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0.002)

    def reset(self) -> None:
        self.writer.transport.abort()


@dataclass
class Server:
    port: int = 0
    peers: list[Peer] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@asynccontextmanager
async def serving(
    script: Callable[[Peer, Server], Awaitable[None]], **options: object
) -> AsyncIterator[Server]:
    """script: run for each connection, which is closed at its end."""
    made = Server()
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(len(made.peers) + 1, reader, writer)
        made.peers.append(peer)
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await script(peer, made)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, backlog=2048, **options)  # type: ignore[arg-type]
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        while tasks:
            await asyncio.sleep(0.001)


def replies(*answers: Sequence[bytes]) -> Callable[[Peer, Server], Awaitable[None]]:
    """A script that gives each request on a connection the next of the answers (each in pieces), then closes."""

    async def script(peer: Peer, server: Server) -> None:
        for pieces in answers:
            server.requests.append(await peer.request())
            await peer.say(*pieces)

    return script


OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


async def patient(peer: Peer, server: Server) -> None:
    """A script that answers everything."""
    while True:
        server.requests.append(await peer.request())
        await peer.say(OK)


@dataclass
class Asker:
    """A client of one origin."""

    origin: Origin
    patience: float = 5.0
    most: int = 1024

    def __post_init__(self) -> None:
        self.pool = Pool(dialer(self.origin), streams(self.origin), self.patience, self.most)

    def start(
        self,
        method: str = "GET",
        path: str = "/",
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        repeatable: bool = True,
        deadline: float = 1.0,
    ) -> asyncio.Future[Answer]:
        came: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def done(exchange: Exchange, answer: Answer) -> None:
            assert not came.done(), "an exchange ends once"
            came.set_result(answer)

        ask = Ask(0, 0, 0, "EU", method, path, headers, body, repeatable)
        self.pool.send(Exchange(ask, 0.0, deadline, done))
        return came

    async def ask(self, **about: object) -> Answer:
        return await asyncio.wait_for(self.start(**about), 10)  # type: ignore[arg-type]


@asynccontextmanager
async def asking(origin: Origin, **options: object) -> AsyncIterator[Asker]:
    asker = Asker(origin, **options)  # type: ignore[arg-type]
    try:
        yield asker
    finally:
        asker.pool.close()
        while asker.pool.open:
            await asyncio.sleep(0.001)
