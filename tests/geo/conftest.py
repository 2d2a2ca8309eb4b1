from pathlib import Path

import pytest

from meridian.geo.build import write
from meridian.geo.fetch import Source


@pytest.fixture(scope="session")
def converted_database(published_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the build makes of `published_database`."""
    path = tmp_path_factory.mktemp("converted") / "country.mmdb"
    write(Source(published_database.read_bytes(), "published", ""), path)
    return path
