from collections.abc import Iterator

import psycopg
import pytest

from tests.loadtest.place import Place, place
from tests.support.postgres import Server


@pytest.fixture(scope="session")
def control(shared_postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A control process with this feature and a database of its own, and a target. Tests share it: each finds its own runs
    by their ids."""
    with psycopg.connect(shared_postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE load_tests")
    database = shared_postgres.url.replace("/postgres?", "/load_tests?")
    with place(tmp_path_factory.mktemp("control"), database) as found:
        yield found
