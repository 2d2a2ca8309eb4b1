from collections.abc import AsyncIterator, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import pytest_asyncio

from meridian.store.database import Database
from meridian.store.migrations import OWN, migrate
from tests.alerts.deliveries.bench import Bench, config
from tests.integrations.receivers import Receivers, receiving


@pytest.fixture
def there() -> Iterator[Receivers]:
    """Slack, PagerDuty, Twilio, a mail server and a webhook, on this machine."""
    with receiving() as there:
        yield there


@pytest_asyncio.fixture
async def bench(postgres_url: str, there: Receivers, tmp_path: Path) -> AsyncIterator[Bench]:
    """With one channel of each kind: chat, pager, mail, text, hook."""
    database = Database(postgres_url)
    await migrate(database, {**OWN, "alerts": files("meridian.alerts") / "migrations"})
    bench = Bench(database, config(there.channels(tmp_path / "secrets")))
    there.webhook.clock = lambda: bench.clock.now().timestamp()
    yield bench
    await database.close()
