from collections.abc import AsyncIterator
from importlib.resources import files

import pytest_asyncio

from meridian.store.database import Database
from meridian.store.migrations import OWN, migrate


@pytest_asyncio.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """With the tables of telemetry."""
    database = Database(postgres_url)
    await migrate(database, {**OWN, "telemetry": files("meridian.telemetry") / "migrations"})
    yield database
    await database.close()
