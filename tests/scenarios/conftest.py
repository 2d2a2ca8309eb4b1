"""A world for each scenario file, and never two at once: a Linux user has 128 inotify instances, and a world takes up to 90."""

from collections.abc import Iterator

import pytest

from tests.support.world import World, world


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/scenarios/" in item.path.as_posix():
            item.add_marker(pytest.mark.scenario)
            item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that the scenarios of a file share, and leave as it was."""
    with world(tmp_path_factory.mktemp("calm")) as shared:
        yield shared


@pytest.fixture(scope="module")
def stormy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of this file's own, to be broken."""
    with world(tmp_path_factory.mktemp("stormy")) as own:
        yield own
