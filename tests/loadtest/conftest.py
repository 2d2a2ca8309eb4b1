from collections.abc import Iterator

import pytest

from tests.loadtest.place import Place, place


@pytest.fixture(scope="module")
def control(shared_postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A control process with this feature, and a target."""
    with place(tmp_path_factory.mktemp("control"), shared_postgres.url) as found:
        yield found
