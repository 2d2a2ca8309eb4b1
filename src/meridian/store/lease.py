"""Who leads: at most one of control's replicas, by an advisory lock of PostgreSQL.

PostgreSQL frees the lock when the holder's connection ends, so there is nothing to clean up after a crash.
The connection must be the lease's own and direct: a pooler that shares connections between clients would
share the lock.
"""

import asyncio
import hashlib
import logging

from psycopg import InterfaceError, OperationalError

from meridian.core.clock import Clock, SystemClock
from meridian.core.errors import Unavailable
from meridian.store.database import Connection, Database

log = logging.getLogger(__name__)

CONFIRM = 1.0
"""Seconds between two looks whether the lock is still held, and between two tries to get it."""
BELIEF = 3.0
"""Seconds for which a confirmation counts. A holder cut off from PostgreSQL stops acting after it; PostgreSQL
gives the lock to another only after SILENCE, which is longer, so that there are never two."""
SILENCE = 9
"""Seconds after which PostgreSQL drops a holder whose network fell silent."""


class Lease:
    """name: what is led; one lock for each name in a database."""

    def __init__(self, database: Database, name: str, clock: Clock | None = None) -> None:
        self._database = database
        self._name = name
        self._clock = clock or SystemClock()
        self._key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        self._confirmed: float | None = None

    @property
    def held(self) -> bool:
        """Whether this process may act. False at once when the connection breaks, or when PostgreSQL falls
        silent."""
        return self._confirmed is not None and self._clock.monotonic() - self._confirmed < BELIEF

    async def run(self) -> None:
        """Tries to hold the lease until cancelled, which gives it back."""
        while True:
            try:
                connection = await self._database.dedicated()
                try:
                    await self._hold(connection)
                finally:
                    self._lost()
                    await connection.close()
            except (Unavailable, OperationalError, InterfaceError, TimeoutError) as error:
                log.debug("the lease %s will be tried again: %s", self._name, error)
            await asyncio.sleep(CONFIRM)

    async def _hold(self, connection: Connection) -> None:
        """Returns only by an error or by being cancelled."""
        for setting, seconds in (
            ("tcp_keepalives_idle", 3),
            ("tcp_keepalives_interval", 3),
            ("tcp_keepalives_count", 2),
        ):
            await connection.execute("SELECT set_config(%s, %s, false)", (setting, str(seconds)))
        while True:
            asked = self._clock.monotonic()
            async with asyncio.timeout(BELIEF):
                holds = self._confirmed is not None or await self._try(connection)
                if self._confirmed is not None:
                    await connection.execute("SELECT 1")
            if holds:
                if self._confirmed is None:
                    log.info("this process leads: it holds the lease %s", self._name)
                self._confirmed = asked
            # Waits, and raises at once when the connection ends.
            async for _ in connection.notifies(timeout=CONFIRM):
                pass

    async def _try(self, connection: Connection) -> bool:
        cursor = await connection.execute("SELECT pg_try_advisory_lock(%s) AS held", (self._key,))
        row = await cursor.fetchone()
        return bool(row and row["held"])

    def _lost(self) -> None:
        if self._confirmed is not None:
            self._confirmed = None
            log.warning("this process no longer leads: it lost the lease %s", self._name)
