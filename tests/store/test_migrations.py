import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meridian.core.errors import Conflict, MeridianError
from meridian.store.database import Database
from meridian.store.migrations import OWN, migrate, pending, read


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    database = Database(postgres_url)
    yield database
    await database.close()


@pytest.fixture
def feature(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_colours.sql").write_text(
        "CREATE TABLE colours (name text);\nINSERT INTO colours VALUES ('red');"
    )
    (folder / "0002_shade.sql").write_text("ALTER TABLE colours ADD shade text;")
    (folder / "README.md").write_text("not a migration")
    return folder


async def rows(database: Database, query: bytes) -> list[dict[str, object]]:
    async with database.connection() as connection:
        cursor = await connection.execute(query)
        return await cursor.fetchall()


async def test_files_are_applied_once_in_their_order(database: Database, feature: Path) -> None:
    owners = {"shades": feature}
    assert await pending(database, owners) == ["shades/0001_colours.sql", "shades/0002_shade.sql"]

    assert await migrate(database, owners) == ["shades/0001_colours.sql", "shades/0002_shade.sql"]

    assert await migrate(database, owners) == []
    assert await pending(database, owners) == []
    assert await rows(database, b"SELECT * FROM colours") == [{"name": "red", "shade": None}]


async def test_the_stores_own_come_first_and_owners_do_not_mix(database: Database, feature: Path) -> None:
    applied = await migrate(database, {**OWN, "shades": feature})

    assert applied[0] == "store/0001_journal.sql"
    assert applied[-1] == "shades/0002_shade.sql"


async def test_many_processes_may_migrate_at_once(postgres_url: str, feature: Path) -> None:
    databases = [Database(postgres_url) for _ in range(6)]

    applied = await asyncio.gather(*(migrate(database, {"shades": feature}) for database in databases))

    assert sorted(name for names in applied for name in names) == [
        "shades/0001_colours.sql",
        "shades/0002_shade.sql",
    ]
    for database in databases:
        await database.close()


async def test_a_file_that_fails_leaves_nothing_behind_and_those_before_stay(
    database: Database, feature: Path
) -> None:
    broken = feature / "0003_broken.sql"
    broken.write_text("CREATE TABLE half (n integer); SELECT nonsense;")

    with pytest.raises(
        MeridianError, match=r'shades/0003_broken.sql failed: column "nonsense" does not exist'
    ):
        await migrate(database, {"shades": feature})

    assert await rows(
        database, b"SELECT to_regclass('half') AS half, to_regclass('colours')::text AS colours"
    ) == [{"half": None, "colours": "colours"}]
    broken.write_text("CREATE TABLE half (n integer);")
    assert await migrate(database, {"shades": feature}) == ["shades/0003_broken.sql"]


async def test_edited_history_is_refused(database: Database, feature: Path) -> None:
    await migrate(database, {"shades": feature})
    (feature / "0001_colours.sql").write_text("CREATE TABLE colours (name varchar);")

    with pytest.raises(Conflict, match=r"shades/0001_colours\.sql differs .* put the file back as it was"):
        await migrate(database, {"shades": feature})


async def test_other_line_ends_are_no_edit(database: Database, feature: Path) -> None:
    await migrate(database, {"shades": feature})
    first = feature / "0001_colours.sql"
    first.write_bytes(first.read_bytes().replace(b"\n", b"\r\n"))

    assert await migrate(database, {"shades": feature}) == []


async def test_a_database_newer_than_the_program_is_refused(database: Database, feature: Path) -> None:
    await migrate(database, {"shades": feature})
    (feature / "0002_shade.sql").unlink()

    with pytest.raises(
        Conflict, match=r"the database is newer than this Meridian: it has shades/0002_shade\.sql"
    ):
        await migrate(database, {"shades": feature})
    with pytest.raises(Conflict, match="newer than this Meridian"):
        await pending(database, {"shades": feature})


async def test_the_tables_of_a_feature_that_was_taken_out_stay(database: Database, feature: Path) -> None:
    await migrate(database, {"shades": feature})

    await migrate(database, OWN)

    assert await rows(database, b"SELECT count(*) AS n FROM colours") == [{"n": 1}]


@pytest.mark.parametrize("name", ["0003_gap.sql", "2_short.sql", "0002_Capital.sql", "0001_twice.sql"])
def test_names_out_of_order_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "0001_first.sql").touch()
    (tmp_path / name).touch()

    with pytest.raises(MeridianError, match="should begin with 0002_"):
        read("shades", tmp_path)
