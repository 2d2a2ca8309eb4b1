"""Two edges' shields over one real Redis."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import pytest

from meridian.limits.exact.line import Line
from meridian.limits.exact.redis_wire import redis_wire
from meridian.limits.shield.book import Book
from meridian.limits.shield.guard import Guard
from meridian.limits.shield.judge import Verdict, Who
from tests.limits.shield.watching import who
from tests.support.redis import Redis, redis
from tests.support.waiting import eventually


@pytest.fixture
def store() -> Iterator[Redis]:
    with redis() as server:
        yield server


class Edge:
    def __init__(self, line: Line) -> None:
        self.guard = Guard(Book(), line=line)
        self.line = line
        self._requests = 0

    async def knock(self, everyone: Sequence[Who], request: str) -> Verdict:
        answer: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self.guard.attempt(everyone, request, lambda verdict, id: answer.set_result(verdict))
        return await answer

    async def login(self, everyone: Sequence[Who], status: int = 401) -> Verdict:
        self._requests += 1
        request = f"{id(self)}-{self._requests}"
        verdict = await self.knock(everyone, request)
        if not verdict.refused_by:
            self.guard.outcome(everyone, request, status)
            await self.quiet()
        return verdict

    async def quiet(self) -> None:
        """Until nothing is being judged."""
        await eventually(lambda: self.guard._round is None)


@asynccontextmanager
async def edge(url: str, deadline: float = 1.0) -> AsyncIterator[Edge]:
    line = Line(lambda: redis_wire(url), deadline)
    await line.open()
    try:
        yield Edge(line)
    finally:
        await line.close()


async def test_500_guesses_at_once_over_two_edges_are_five(store: Redis) -> None:
    async with edge(store.url) as one, edge(store.url) as two:
        guesses = [
            (one, two)[n % 2].knock(who(address=f"198.51.{n // 250}.{n % 250}"), f"r{n}") for n in range(500)
        ]
        verdicts = await asyncio.gather(*guesses)
        assert sum(not each.refused_by for each in verdicts) == 5


async def test_what_one_edge_blocks_is_blocked_on_the_other_and_a_device_known_to_one_is_known_to_both(
    store: Redis,
) -> None:
    async with edge(store.url) as one, edge(store.url) as two:
        await one.login(who(device="phone"), 200)
        for n in range(5):
            await (one, two)[n % 2].login(who(address=f"198.51.100.{n + 10}"))
        assert (await one.login(who(address="203.0.113.1"))).wait == pytest.approx(3600, abs=5)
        assert (await two.login(who(address="203.0.113.1"))).wait == pytest.approx(3600, abs=5)
        assert (await two.login(who(device="phone"), 200)).known


async def test_a_success_on_one_edge_is_not_undone_by_the_others_memory(store: Redis) -> None:
    async with edge(store.url) as one, edge(store.url) as two:
        for n in range(4):
            await two.login(who(address=f"198.51.100.{n + 10}"))
        await one.login(who(address="198.51.100.3"), 200)
        lives = int(store.ask("PTTL", "meridian:shield:login-guessing:account:a1")[1:])
        assert lives > 3_500_000, "it must outlive what the other edge remembers"
        for n in range(4):
            assert not (await two.login(who(address=f"198.51.100.{n + 20}"))).refused_by


async def test_without_redis_each_edge_goes_on_by_itself_and_a_redis_that_returns_empty_hears_what_it_knew(
    store: Redis,
) -> None:
    async with edge(store.url) as one, edge(store.url) as two:
        for n in range(5):
            await one.login(who(address=f"198.51.100.{n + 10}"))
        store.kill()
        assert (await one.login(who(address="203.0.113.1"))).refused_by
        assert not (await two.login(who(account="a2"))).refused_by
        store.start()
        await eventually(lambda: not one.line.away and not two.line.away)
        assert (await one.login(who(address="203.0.113.1"))).refused_by
        await one.quiet()
        await one.login(who(address="203.0.113.2"))
        assert (await two.login(who(address="203.0.113.3"))).refused_by


async def test_a_frozen_redis_stops_no_login_for_longer_than_the_deadline(store: Redis) -> None:
    async with edge(store.url, deadline=0.03) as one:
        await eventually(lambda: not one.line.away)
        store.freeze()
        loop = asyncio.get_running_loop()
        waits = []
        for n in range(20):
            began = loop.time()
            assert not (await one.knock(who(f"a{n}", f"198.51.100.{n}"), f"r{n}")).refused_by
            waits.append(loop.time() - began)
        assert sorted(waits)[-2] < 0.02
        store.thaw()


@pytest.mark.parametrize("garbage", ["nonsense", "[]", "[[[[[[", "[[],1,2,3,4]"])
async def test_a_damaged_memory_in_redis_is_written_over(store: Redis, garbage: str) -> None:
    async with edge(store.url) as one:
        store.ask("SET", "meridian:shield:login-guessing:account:a1", garbage)
        admitted = [not (await one.login(who(address=f"198.51.100.{n}"))).refused_by for n in range(7)]
        assert sum(admitted) == 5
