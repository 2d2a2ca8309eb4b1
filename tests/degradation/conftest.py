from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.degradation.live import Live, living


@pytest_asyncio.fixture
async def live(tmp_path: Path, postgres_url: str) -> AsyncIterator[Live]:
    """A control plane at work, with this feature alone."""
    async with living(tmp_path / "home", postgres_url) as live:
        yield live
