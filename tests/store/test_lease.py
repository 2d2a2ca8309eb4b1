import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from meridian.core.clock import FakeClock
from meridian.store.database import Database
from meridian.store.lease import BELIEF, Lease
from tests.support.postgres import Server
from tests.support.waiting import eventually


@contextlib.asynccontextmanager
async def running(*leases: Lease) -> AsyncIterator[Sequence["asyncio.Task[None]"]]:
    tasks = [asyncio.create_task(lease.run()) for lease in leases]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_one_of_two_holds_it_and_the_other_takes_over(postgres_url: str) -> None:
    database = Database(postgres_url)
    first, second = Lease(database, "controllers"), Lease(database, "controllers")
    async with running(first) as [holding]:
        await eventually(lambda: first.held)
        async with running(second):
            tries = asyncio.get_running_loop().time() + 1.5
            await eventually(lambda: asyncio.get_running_loop().time() > tries)
            assert (first.held, second.held) == (True, False)

            holding.cancel()
            await asyncio.wait([holding])
            assert not first.held
            await eventually(lambda: second.held)
    assert not second.held


async def test_leases_of_other_names_are_apart(postgres_url: str) -> None:
    database = Database(postgres_url)
    first, second = Lease(database, "controllers"), Lease(database, "backups")
    async with running(first, second):
        await eventually(lambda: first.held and second.held)


async def test_it_is_lost_at_once_when_the_server_dies_and_one_has_it_again_after(postgres: Server) -> None:
    leases = [Lease(Database(postgres.url), "controllers") for _ in range(2)]
    async with running(*leases):
        await eventually(lambda: any(lease.held for lease in leases))
        postgres.kill()
        await eventually(lambda: not any(lease.held for lease in leases), seconds=1.0)

        postgres.start()
        await eventually(lambda: any(lease.held for lease in leases))
        assert [lease.held for lease in leases].count(True) == 1


async def test_without_a_confirmation_it_is_not_believed_for_long(postgres_url: str) -> None:
    clock = FakeClock()
    lease = Lease(Database(postgres_url), "controllers", clock)
    async with running(lease):
        await eventually(lambda: lease.held)
        clock.advance(BELIEF)
        assert not lease.held
        await eventually(lambda: lease.held)
