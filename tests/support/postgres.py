"""A real PostgreSQL for tests: one embedded server for each test process, an empty database for each test.

`postgres_url` is the address of an empty database, `database` a `Database` on it with the store's tables.
`postgres` starts servers of a test's own, to be killed.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio

from meridian.core.runtime import runtime_folder
from meridian.store.database import Database
from meridian.store.embedded import Embedded
from meridian.store.migrations import OWN, migrate

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
DEADLINE = 30.0
"""Seconds in which a server must be ready, on a busy machine."""


@dataclass
class Server:
    """A PostgreSQL that a test starts, kills and starts again."""

    home: Path
    settings: dict[str, str] = field(default_factory=lambda: dict(FAST))
    process: subprocess.Popen[bytes] | None = None

    @property
    def embedded(self) -> Embedded:
        return Embedded(self.home, self.settings)

    @property
    def url(self) -> str:
        return self.embedded.url

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def start(self) -> "Server":
        """Returns once it takes connections. Tries again as a supervisor does: after a SIGKILL the last
        server's children may need a moment to notice."""
        deadline = time.monotonic() + DEADLINE
        embedded = self.embedded
        while time.monotonic() < deadline:
            embedded.prepare()
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(embedded.command(), env=embedded.env, stdout=log, stderr=log)
            while self.process.poll() is None and time.monotonic() < deadline:
                if embedded.ready():
                    return self
                time.sleep(0.01)
        raise AssertionError(f"PostgreSQL did not start:\n{self.log.read_text()}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(DEADLINE)
            self.process = None

    def kill(self) -> None:
        self.stop(signal.SIGKILL)


@contextmanager
def running(home: Path, settings: dict[str, str] | None = None) -> Iterator[Server]:
    server = Server(home, dict(FAST) if settings is None else settings)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(runtime_folder(home), ignore_errors=True)
        shutil.rmtree(home / "postgres", ignore_errors=True)


@pytest.fixture(scope="session")
def shared_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Not to be stopped: every test of this process uses it."""
    with running(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Server]:
    """A running server of this test's own."""
    with running(tmp_path / "home") as server:
        yield server


@pytest.fixture
def postgres_url(shared_postgres: Server) -> Iterator[str]:
    """An empty database of this test's own."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(shared_postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY wal_log")
        yield shared_postgres.url.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """With the store's own tables."""
    database = Database(postgres_url)
    await migrate(database, OWN)
    yield database
    await database.close()


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Polls, so that no test sleeps for a fixed time. Fails after the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(0.01)
