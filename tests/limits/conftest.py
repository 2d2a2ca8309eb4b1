from collections.abc import AsyncIterator, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import pytest_asyncio

from meridian.store.database import Database
from meridian.store.migrations import OWN, migrate
from tests.limits.answering import Edge, answering
from tests.limits.control import Bench
from tests.limits.live import Live, living


@pytest_asyncio.fixture
async def bench(postgres_url: str) -> AsyncIterator[Bench]:
    """Control's insides over an empty PostgreSQL with this feature's tables."""
    database = Database(postgres_url)
    await migrate(database, {**OWN, "limits": files("meridian.limits") / "migrations"})
    yield Bench(database)
    await database.close()


@pytest_asyncio.fixture
async def live(tmp_path: Path, postgres_url: str) -> AsyncIterator[Live]:
    """A control plane at work."""
    async with living(tmp_path / "home", postgres_url) as live:
        yield live


@pytest.fixture
def edge() -> Iterator[Edge]:
    """Stands for an edge's check API."""
    with answering() as edge:
        yield edge
