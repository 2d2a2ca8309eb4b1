from collections.abc import Iterator

import pytest

from tests.loadtest.place import Place, place
from tests.support.postgres import Server


@pytest.fixture(scope="session")
def control(shared_postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A control process with this feature, and a target. Tests share it: each finds its own runs by their ids."""
    with place(tmp_path_factory.mktemp("control"), shared_postgres.url) as found:
        yield found
