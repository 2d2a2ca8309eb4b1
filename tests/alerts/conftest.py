from collections.abc import AsyncIterator
from importlib.resources import files

import pytest_asyncio

from meridian.store.database import Database
from meridian.store.migrations import OWN, migrate
from tests.alerts.bench import Bench


@pytest_asyncio.fixture
async def watch(postgres_url: str) -> AsyncIterator[Bench]:
    """Control's insides over an empty PostgreSQL with this feature's tables."""
    database = Database(postgres_url)
    await migrate(database, {**OWN, "alerts": files("meridian.alerts") / "migrations"})
    yield Bench(database)
    await database.close()
