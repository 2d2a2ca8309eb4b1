import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator

import pytest
from psycopg.errors import UndefinedTable

from meridian.core.errors import InvalidInput, Unavailable
from meridian.store import database as module
from meridian.store.database import Database
from tests.support.postgres import Server
from tests.support.waiting import eventually


@pytest.fixture
async def empty(postgres_url: str) -> AsyncIterator[Database]:
    database = Database(postgres_url)
    yield database
    await database.close()


async def one(database: Database) -> object:
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT 1 AS one")
        row = await cursor.fetchone()
        return row and row["one"]


async def test_a_block_is_a_transaction(empty: Database) -> None:
    async with empty.connection() as connection:
        await connection.execute("CREATE TABLE t (n integer)")

    async def half() -> None:
        async with empty.connection() as connection:
            await connection.execute("INSERT INTO t VALUES (1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half()
    async with empty.connection() as connection:
        cursor = await connection.execute("SELECT count(*) AS n FROM t")
        assert await cursor.fetchall() == [{"n": 0}]


async def test_an_error_of_a_statement_stays_what_it_is_and_spoils_nothing(empty: Database) -> None:
    with pytest.raises(UndefinedTable):
        async with empty.connection() as connection:
            await connection.execute("SELECT * FROM nowhere")

    assert await one(empty) == 1


async def test_connections_are_used_again(empty: Database) -> None:
    seen = set()
    for _ in range(5):
        async with empty.connection() as connection:
            seen.add(connection.info.backend_pid)

    assert len(seen) == 1


async def test_a_cancelled_statement_gives_its_place_back(empty: Database) -> None:
    async def slow() -> None:
        async with empty.connection() as connection:
            await connection.execute("SELECT pg_sleep(60)")

    tasks = [asyncio.create_task(slow()) for _ in range(10)]
    await asyncio.sleep(0.2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert await asyncio.gather(*(one(empty) for _ in range(20))) == [1] * 20


async def test_it_says_so_when_every_connection_is_busy(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    database = Database(postgres_url, connections=1)
    async with database.connection():
        with pytest.raises(Unavailable, match="all 1 connections of this process"):
            await one(database)
    assert await one(database) == 1
    await database.close()


async def test_it_refuses_at_once_when_there_is_no_server() -> None:
    database = Database("postgresql://ada:s3cret@127.0.0.1:1/app")
    began = time.monotonic()

    with pytest.raises(Unavailable) as caught:
        await one(database)

    assert time.monotonic() - began < 1.0
    assert str(caught.value) == (
        "PostgreSQL does not answer at 127.0.0.1:1/app (Connection refused); "
        "edges go on serving; start it, or correct MERIDIAN_DATABASE_URL"
    )
    assert not await database.healthy()


async def test_it_gives_up_on_a_server_that_accepts_and_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database = Database(f"postgresql://ada@127.0.0.1:{silent.getsockname()[1]}/app?sslmode=disable")
        began = time.monotonic()
        with pytest.raises(Unavailable, match=r"does not answer .*no answer within 2 s"):
            await one(database)
        assert time.monotonic() - began < 4.0


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3cret@[bad/app",
        "host=h password=s3cret 's3cret",
        "postgresql://a:s3cret@h/d?nonsense=1",
    ],
)
def test_an_address_that_makes_no_sense_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Database(url)

    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_the_password_is_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    database = Database("host=127.0.0.1 port=1 user=ada password=s3cret dbname=app")
    with pytest.raises(Unavailable) as caught:
        await one(database)

    assert "s3cret" not in f"{caught.value} {database!r} {database.where} {caplog.text}"


async def test_it_works_again_by_itself_after_the_server_was_killed(postgres: Server) -> None:
    database = Database(postgres.url)
    assert await asyncio.gather(*(one(database) for _ in range(5))) == [1] * 5
    postgres.kill()
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await one(database)
    assert time.monotonic() - began < 1.0

    postgres.start()

    assert await asyncio.gather(*(one(database) for _ in range(5))) == [1] * 5
    assert await database.healthy()
    await database.close()


async def test_a_connection_that_breaks_meanwhile_is_unavailable(postgres: Server) -> None:
    database = Database(postgres.url)

    async def interrupted() -> None:
        async with database.connection() as connection:
            await connection.execute("SELECT 1")
            postgres.kill()
            deadline = time.monotonic() + 10
            # The server's process for this connection outlives its parent a little.
            while time.monotonic() < deadline:
                await connection.execute("SELECT 1")

    with pytest.raises(Unavailable, match="PostgreSQL does not answer"):
        await interrupted()
    await database.close()


async def test_a_listener_hears_what_is_said_and_outlives_the_server(postgres: Server) -> None:
    database = Database(postgres.url)
    heard: list[str] = []

    async def hear(payload: str) -> None:
        heard.append(payload)
        if payload == "bad":
            raise ValueError("a callback that fails")

    listening = asyncio.create_task(database.listen("news", hear))
    await eventually(lambda: heard == [""])
    await database.notify("news", "bad")
    await database.notify("other", "not for us")
    await database.notify("news", "good")
    await eventually(lambda: heard == ["", "bad", "good"])

    postgres.kill()
    postgres.start()
    await eventually(lambda: heard == ["", "bad", "good", ""])
    await database.notify("news", "again")
    await eventually(lambda: heard[-1] == "again")

    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    await database.close()
