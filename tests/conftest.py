"""Fixtures that every package's tests may use. Test folders are packages (`tests.store.test_journal`), so
that two files may share a name and none hides an installed package such as `envoy`."""

import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

pytest_plugins = ["tests.support.geo", "tests.support.postgres"]

settings.register_profile(
    "shared machine", deadline=None
)  # which stands still for longer than any example takes
settings.load_profile("shared machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew-golden", action="store_true", help="Write tests/**/golden anew instead of comparing with it."
    )
    parser.addoption(
        "--configurations",
        type=int,
        default=300,
        help="How many generated configurations the residency tests go through (the whole run: 10000).",
    )


@pytest.fixture(scope="session", autouse=True)
def _sockets_of_this_run() -> Iterator[None]:
    """A runtime folder of this run's own, so that no home of a test leaves its sockets' folder behind."""
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = folder = tempfile.mkdtemp(prefix="mt-", dir="/tmp")
    yield
    shutil.rmtree(folder, ignore_errors=True)
    if before is None:
        del os.environ["XDG_RUNTIME_DIR"]
    else:
        os.environ["XDG_RUNTIME_DIR"] = before
