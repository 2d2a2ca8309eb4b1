"""Fixtures with the country database. Fetched once and shared: workers and other runs wait at a lock."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from meridian.geo.build import ensure
from meridian.geo.fetch import fetch


@pytest.fixture(scope="session")
def country_database() -> Path:
    """The database of this checkout, as edges use it; built when `make setup` has not yet."""
    return ensure()


@pytest.fixture(scope="session")
def published_database(pytestconfig: pytest.Config) -> Path:
    """A database as its publisher lays it out, kept in pytest's cache folder."""
    folder = pytestconfig.rootpath / ".pytest_cache" / "country-database"
    folder.mkdir(parents=True, exist_ok=True)
    published = folder / "published.mmdb"
    with _only_one(folder / "lock"):
        if not published.is_file():
            draft = folder / "draft"
            draft.write_bytes(fetch(lambda sentence: None).content)
            draft.replace(published)
    return published


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
