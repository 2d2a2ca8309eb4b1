"""One world for the scenarios that leave it as they found it, and one for each scenario file that breaks things."""

from collections.abc import Iterator

import pytest

from tests.support.world import World, world


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/scenarios/" in item.path.as_posix():
            item.add_marker(pytest.mark.scenario)
            item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that scenarios share, and leave as it was."""
    with world(tmp_path_factory.mktemp("calm")) as shared:
        yield shared


@pytest.fixture(scope="module")
def stormy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of this file's own, to be broken."""
    with world(tmp_path_factory.mktemp("stormy")) as own:
        yield own
