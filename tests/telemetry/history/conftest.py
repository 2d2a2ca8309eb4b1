from collections.abc import AsyncIterator
from importlib.resources import files

import pytest_asyncio

from meridian.core.clock import FakeClock
from meridian.store.database import Database
from meridian.store.migrations import OWN, migrate
from meridian.telemetry.history.history import History


@pytest_asyncio.fixture
async def history(postgres_url: str) -> AsyncIterator[History]:
    """Empty, with a clock that the test moves."""
    database = Database(postgres_url)
    await migrate(database, {**OWN, "telemetry": files("meridian.telemetry") / "migrations"})
    yield History(database, FakeClock())
    await database.close()
