import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from meridian.api.app import application
from meridian.api.control import ControlPlane
from tests.api.world import Countries, Sample, World, prepare


async def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    """Polls inside the loop that the condition depends on. Fails after the deadline."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def started(home: Path, url: str, sample: Sample | None = None) -> AsyncIterator[World]:
    """A control process's insides, alive; not yet ready."""
    sample = sample or Sample()
    settings = dataclasses.replace(prepare(home), database_url=url)
    control = ControlPlane(settings, (sample.feature(),), Countries())
    app = application(control)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=("192.0.2.7", 5000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://control") as client,
    ):
        try:
            yield World(control, client, sample, home, app.state.applying)
        finally:
            control.snapshots.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest_asyncio.fixture
async def world(home: Path, postgres_url: str) -> AsyncIterator[World]:
    async with started(home, postgres_url) as world:
        await until(lambda: not world.control.trouble())
        yield world
