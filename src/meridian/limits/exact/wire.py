"""The way to one Redis or Valkey: connect, send several commands at once, read their answers in order.

redis-py speaks the protocol, by hiredis, and knows its URLs, passwords and TLS. Its plain connection is used without the client
above it, which costs twice the CPU for small batches (docs/adr/0008-redis-client.md). A cluster needs the client: it knows which
node has which key.
"""

import math
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from hiredis import pack_command
from redis.asyncio import ConnectionPool, RedisCluster
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisClusterException, RedisError, ResponseError

Command = tuple[str | bytes | int, ...]
Reply = Any
"""What Redis answered; a ResponseError where it refused the command."""
FAILURES = (RedisError, RedisClusterException, OSError, EOFError, ValueError, AttributeError)
"""What an exchange may raise when the store is away. The last two: a connection that was lost in the midst of a read."""
_CLUSTER = "+cluster"
_CONNECT = 1.0
"""Seconds that a connection may take; nobody waits for it."""

__all__ = [
    "FAILURES",
    "ClusterWire",
    "Command",
    "NoScriptError",
    "PlainWire",
    "Reply",
    "ResponseError",
    "Wire",
    "wire",
]


class Wire(Protocol):
    """One attempt: after a failure it is closed, and another is made."""

    async def connect(self) -> None:
        """Raises one of FAILURES."""

    async def exchange(self, commands: Sequence[Command]) -> list[Reply]:
        """One answer for each command. Raises one of FAILURES when the store is away."""

    async def close(self) -> None:
        """Whatever is under way is given up."""


def wire(url: str) -> Wire:
    """url: redis://, rediss:// or unix://, or redis+cluster:// and rediss+cluster:// for a cluster. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme.endswith(_CLUSTER):
        return ClusterWire(urlunsplit(parts._replace(scheme=parts.scheme.removesuffix(_CLUSTER))))
    return PlainWire(url)


class PlainWire:
    """One connection to one server."""

    def __init__(self, url: str) -> None:
        pool: Any = ConnectionPool.from_url(
            url,
            socket_connect_timeout=_CONNECT,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
        )
        self._connection: AbstractConnection = pool.make_connection()

    async def connect(self) -> None:
        await self._connection.connect()  # type: ignore[no-untyped-call]

    async def exchange(self, commands: Sequence[Command]) -> list[Reply]:
        connection: Any = self._connection
        await connection.send_packed_command(
            [pack_command(each) for each in commands],  # type: ignore[arg-type] # of any length
            check_health=False,
        )
        return [await self._answer(connection) for _ in commands]

    async def close(self) -> None:
        await self._connection.disconnect(nowait=True)

    async def _answer(self, connection: Any) -> Reply:
        """A refused command is an answer; those after it have theirs too."""
        try:
            return await connection.read_response(timeout=math.inf)  # whose deadline is the line's
        except ResponseError as error:
            return error


class ClusterWire:
    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Any = None

    async def connect(self) -> None:
        self._client = RedisCluster.from_url(
            self._url, socket_connect_timeout=_CONNECT, protocol=2, retry=Retry(NoBackoff(), 0)
        )
        await self._client.initialize()

    async def exchange(self, commands: Sequence[Command]) -> list[Reply]:
        pipeline = self._client.pipeline()
        for command in commands:
            pipeline.execute_command(*command)
        answers: list[Reply] = await pipeline.execute(raise_on_error=False)
        for each in answers:
            if isinstance(each, Exception) and not isinstance(each, ResponseError):
                raise each
        return answers

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()
