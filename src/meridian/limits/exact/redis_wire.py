"""Wires to Redis and Valkey.

redis-py speaks the protocol, by hiredis, and knows its URLs, passwords and TLS. Its plain connection is used without the client
above it, which costs twice the CPU for small batches (docs/adr/0008-redis-client.md). A cluster needs the client: it knows which
node has which key.
"""

import asyncio
import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from hiredis import pack_command
from redis.asyncio import ConnectionPool, RedisCluster
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisClusterException, RedisError, ResponseError

from meridian.limits.exact.wire import Away, Command, Refusal, Reply, Wire

_CLUSTER = "+cluster"
_CONNECT = 1.0
"""Seconds that a connection may take; nobody waits for it."""
_FAILURES = (RedisError, RedisClusterException, OSError, EOFError, ValueError, AttributeError)
"""The last two: of a connection that was lost in the midst of a read."""


def redis_wire(url: str) -> Wire:
    """url: redis://, rediss:// or unix://, or redis+cluster:// and rediss+cluster:// for a cluster. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme.endswith(_CLUSTER):
        return ClusterWire(urlunsplit(parts._replace(scheme=parts.scheme.removesuffix(_CLUSTER))))
    return PlainWire(url)


class PlainWire:
    """One connection to one server."""

    def __init__(self, url: str) -> None:
        pool: Any = ConnectionPool.from_url(
            url, socket_connect_timeout=_CONNECT, protocol=2, retry=Retry(NoBackoff(), 0)
        )
        self._connection: AbstractConnection = pool.make_connection()

    @property
    def ended(self) -> bool:
        reader: asyncio.StreamReader | None = self._connection._reader
        return reader is None or reader.at_eof() or reader.exception() is not None

    async def connect(self) -> None:
        with _told():
            await self._connection.connect()  # type: ignore[no-untyped-call]

    async def exchange(self, commands: Sequence[Command]) -> list[Reply]:
        connection: Any = self._connection
        packed = [pack_command(each) for each in commands]  # type: ignore[arg-type] # of any length
        with _told():
            await connection.send_packed_command(packed, check_health=False)
            return [await self._answer(connection) for _ in commands]

    async def close(self) -> None:
        with contextlib.suppress(*_FAILURES):
            await self._connection.disconnect(nowait=True)

    async def _answer(self, connection: Any) -> Reply:
        """A refused command is an answer; those after it have theirs too."""
        try:
            return await connection.read_response(timeout=math.inf)  # whose deadline is the line's
        except ResponseError as error:
            return _refusal(error)


class ClusterWire:
    """A client that knows the cluster's nodes."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Any = None

    @property
    def ended(self) -> bool:
        """Its client sees to its connections."""
        return False

    async def connect(self) -> None:
        with _told():
            self._client = RedisCluster.from_url(
                self._url, socket_connect_timeout=_CONNECT, protocol=2, retry=Retry(NoBackoff(), 0)
            )
            await self._client.initialize()

    async def exchange(self, commands: Sequence[Command]) -> list[Reply]:
        with _told():
            pipeline = self._client.pipeline()
            for command in commands:
                pipeline.execute_command(*command)
            answers = await pipeline.execute(raise_on_error=False)
        return [_checked(each) for each in answers]

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(*_FAILURES):
                await client.aclose()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        raise Away(f"{type(error).__name__}: {error}") from error


def _refusal(error: ResponseError) -> Refusal:
    return Refusal(str(error), isinstance(error, NoScriptError))


def _checked(answer: Any) -> Reply:
    if isinstance(answer, ResponseError):
        return _refusal(answer)
    if isinstance(answer, Exception):
        raise Away(f"{type(answer).__name__}: {answer}")
    return answer
