"""A real PostgreSQL for tests: one embedded server for each test process, an empty database for each test.

`postgres_url` is the address of an empty database, `database` a `Database` on it with the store's tables.
`postgres` is a server of the test's own, to be killed and started again.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from meridian.core.runtime import runtime_folder
from meridian.store.database import Database
from meridian.store.embedded import Embedded
from meridian.store.migrations import OWN, migrate

FAST = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}
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
        server.stop(signal.SIGQUIT)  # at once: nothing of it is kept
        shutil.rmtree(runtime_folder(home), ignore_errors=True)
        shutil.rmtree(home / "postgres", ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as initdb leaves it, to be copied: that takes a tenth of the time of making one."""
    home = tmp_path_factory.mktemp("cluster")
    Embedded(home, FAST).prepare()
    return home / "postgres"


@pytest.fixture(scope="session")
def shared_postgres(tmp_path_factory: pytest.TempPathFactory, cluster: Path) -> Iterator[Server]:
    """Not to be stopped: every test of this process uses it."""
    home = tmp_path_factory.mktemp("postgres")
    shutil.copytree(cluster, home / "postgres")
    with running(home) as server:
        yield server


@pytest.fixture
def postgres_home(tmp_path: Path, cluster: Path) -> Path:
    """A home with a fresh data folder, for `running`."""
    shutil.copytree(cluster, tmp_path / "home" / "postgres")
    return tmp_path / "home"


@pytest.fixture
def postgres(postgres_home: Path) -> Iterator[Server]:
    """A running server of this test's own."""
    with running(postgres_home) as server:
        yield server


@pytest.fixture(scope="session")
def _emptied(shared_postgres: Server) -> str:
    with psycopg.connect(shared_postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE test")
    return shared_postgres.url.replace("/postgres?", "/test?")


@pytest.fixture
def postgres_url(_emptied: str) -> Iterator[str]:
    """An empty database of this test's own. Emptying one takes a tenth of the time of making one."""
    yield _emptied
    with psycopg.connect(_emptied, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


@pytest_asyncio.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """With the store's own tables."""
    database = Database(postgres_url)
    await migrate(database, OWN)
    yield database
    await database.close()
