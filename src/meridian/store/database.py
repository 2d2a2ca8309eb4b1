"""Connections to PostgreSQL that fail at once when it is away and work at once when it is back.

Control must start, answer and tell what is wrong with PostgreSQL down. psycopg's own pool reconnects in the
background with growing pauses, and its callers learn of trouble only by timing out; here a caller connects
itself, so a refused connection is an error after a millisecond, and the first call after a restart succeeds.
"""

import asyncio
import logging
import select
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from psycopg import AsyncConnection, Error, InterfaceError, OperationalError, ProgrammingError, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from meridian.core.errors import InvalidInput, Unavailable

log = logging.getLogger(__name__)

Connection = AsyncConnection[dict[str, Any]]

PATIENCE = 2.0
"""Seconds to wait for a connection before giving up."""

DEFAULTS = {
    "application_name": "meridian",
    "connect_timeout": "2",
    "options": "-c timezone=UTC",
    # A silent network is noticed within about ten seconds instead of two hours.
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}


class Database:
    """A PostgreSQL at `url` (a libpq URL or key-value string). Opens nothing until it is used.

    connections: the most that are open at a time, `listen` and leases aside.
    Raises InvalidInput when `url` cannot be understood; the text never contains the password.
    """

    def __init__(self, url: str, connections: int = 10) -> None:
        try:
            given = conninfo_to_dict(url)
            self._conninfo = make_conninfo("", **cast(dict[str, Any], {**DEFAULTS, **given}))
        except ProgrammingError:
            # Without the cause: libpq quotes the part it stumbled over, which may be the password.
            raise InvalidInput(
                "the address of PostgreSQL cannot be understood",
                "write MERIDIAN_DATABASE_URL as postgresql://USER:PASSWORD@HOST:5432/DATABASE, "
                "special characters %-encoded",
            ) from None
        self.where = _where(given)
        self._limit = connections
        self._slots = asyncio.Semaphore(connections)
        self._idle: list[Connection] = []

    def __repr__(self) -> str:
        return f"Database({self.where})"

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection whose block is one transaction: committed at its end, rolled back when it raises. Rows
        are dicts.

        Raises Unavailable within about two seconds when there is no connection to be had, or when it breaks
        meanwhile (then the transaction may or may not have been committed, as always with a lost connection).
        """
        connection = await self._acquire()
        try:
            async with connection.transaction():
                yield connection
        except (OperationalError, InterfaceError) as error:
            if not connection.broken and not connection.closed:
                raise
            raise self._unavailable(error) from error
        finally:
            await self._release(connection)

    async def healthy(self) -> bool:
        """Whether a transaction works now. Answers within about two seconds."""
        try:
            async with asyncio.timeout(PATIENCE), self.connection() as connection:
                await connection.execute("SELECT 1")
        except (Unavailable, TimeoutError, Error):
            return False
        return True

    async def dedicated(self) -> Connection:
        """A connection of the caller's own, in autocommit, which the caller closes. Raises Unavailable."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._connect()
        except (OperationalError, TimeoutError) as error:
            raise self._unavailable(error) from error

    async def notify(self, channel: str, payload: str = "") -> None:
        """Reaches every listener of the channel in any process. At most 8,000 bytes. Raises Unavailable."""
        async with self.connection() as connection:
            await connection.execute("SELECT pg_notify(%s, %s)", (channel, payload))

    async def listen(self, channel: str, callback: Callable[[str], Awaitable[None]]) -> None:
        """Calls back with the payload of each notification, until cancelled; reconnects when the connection
        is lost.

        Also calls back with an empty payload after each connection, the first included: what was said while
        nobody listened is lost, so read the present state then. An error of the callback is logged and
        listening goes on.
        """
        pause = 0.1
        while True:
            try:
                async with await self.dedicated() as connection:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                    pause = 0.1
                    await _deliver(channel, "", callback)
                    async for notification in connection.notifies():
                        await _deliver(channel, notification.payload, callback)
            except (Unavailable, OperationalError, InterfaceError) as error:
                log.info("listening on %s: connecting again in %.1f s: %s", channel, pause, error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)

    async def close(self) -> None:
        """Closes the idle connections; those in use are closed when they are given back."""
        self._limit = 0
        while self._idle:
            await self._idle.pop().close()

    async def _acquire(self) -> Connection:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._slots.acquire()
        except TimeoutError:
            raise Unavailable(
                f"all {self._limit} connections of this process to PostgreSQL at {self.where} are busy",
                "try again; if it stays so, look for slow statements in pg_stat_activity",
            ) from None
        try:
            while self._idle:
                connection = self._idle.pop()
                if _usable(connection):
                    return connection
                await connection.close()
            return await self.dedicated()
        except BaseException:
            self._slots.release()
            raise

    async def _release(self, connection: Connection) -> None:
        try:
            if self._limit and _usable(connection):
                self._idle.append(connection)
            else:
                await connection.close()
        finally:
            self._slots.release()

    async def _connect(self) -> Connection:
        # No prepared statements: they would break behind a pooler that switches servers between transactions.
        return await AsyncConnection.connect(
            self._conninfo, autocommit=True, row_factory=dict_row, prepare_threshold=None
        )

    def _unavailable(self, error: BaseException) -> Unavailable:
        return Unavailable(
            f"PostgreSQL does not answer at {self.where} ({_reason(error)})",
            "edges go on serving; start it, or correct MERIDIAN_DATABASE_URL",
        )


def _usable(connection: Connection) -> bool:
    """Whether an idle connection is still alive, without asking the server.

    A healthy one has nothing to read. What arrives unasked is the server's good-bye or the end of the stream.
    """
    if connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)


async def _deliver(channel: str, payload: str, callback: Callable[[str], Awaitable[None]]) -> None:
    try:
        await callback(payload)
    except Exception as error:  # noqa: BLE001 - whatever one notification causes, the next ones must arrive
        log.warning("what a notification on %s asked for failed: %s", channel, error)


def _where(given: dict[str, Any]) -> str:
    host = given.get("host") or given.get("hostaddr") or "localhost"
    if str(host).startswith("/"):
        return f"the socket in {host}"
    return f"{host}:{given.get('port') or 5432}/{given.get('dbname') or ''}".rstrip("/")


def _reason(error: BaseException) -> str:
    """The end of libpq's message, as 'Connection refused': what comes before it repeats the address."""
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE:.0f} s"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rpartition("failed: ")[2].rstrip(".") if lines else type(error).__name__
