"""Over a real Redis: exact together, and what holds while it is away."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meridian.limits.exact.counters import Charge, Limit
from meridian.limits.exact.gcra import SECOND
from meridian.limits.exact.memory import MemoryCounters
from meridian.limits.quota import Quota
from tests.limits.exact.asking import edge
from tests.support.redis import Redis, redis
from tests.support.waiting import eventually

PAYOUT = Limit("payout", Quota(5, 3600.0, 5))
DAILY = Limit("daily", Quota(8, 86400.0, 8))
STRICT = Limit("payout", Quota(5, 3600.0, 5), must=True)


@pytest.fixture
def store() -> Iterator[Redis]:
    with redis() as server:
        yield server


async def test_two_edges_on_one_redis_are_exact_together(store: Redis) -> None:
    async with edge(store.url) as one, edge(store.url) as two:
        charge = Charge("u1", Limit("swipe", Quota(50, 3600.0, 50)))
        answers = await asyncio.gather(
            *([one.take(charge) for _ in range(100)] + [two.take(charge) for _ in range(100)])
        )
        assert sum(each.admitted for each in answers) == 50


async def test_all_limits_are_taken_or_none(store: Redis) -> None:
    async with edge(store.url) as one:
        both = (Charge("u1", PAYOUT), Charge("u1", DAILY))
        assert [(await one.take(*both)).admitted for _ in range(6)] == [True] * 5 + [False]
        answer = await one.peek(Charge("u1", DAILY))
        assert answer.standings[0].remaining == 3
        assert (await one.peek(*both)).admitted is False
        assert (await one.peek(Charge("u1", DAILY))).standings[0].remaining == 3


async def test_the_keys_of_a_request_are_on_one_node_of_a_cluster_and_go_when_their_buckets_are_full(
    store: Redis,
) -> None:
    async with edge(store.url) as one:
        await one.take(Charge("u1", PAYOUT), Charge("u1", DAILY))
    assert b"meridian:{u1}:payout" in store.ask("KEYS", "*")
    assert b"meridian:{u1}:daily" in store.ask("KEYS", "*")
    assert 0 < int(store.ask("PTTL", "meridian:{u1}:payout")[1:]) <= 720_000


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from([10, 1000, 100_000]), st.integers(1, 4), st.booleans(), st.booleans()),
        min_size=1,
        max_size=25,
    )
)
def test_memory_and_redis_agree_to_the_microsecond(
    shared_store: Redis, steps: list[tuple[int, int, bool, bool]]
) -> None:
    asyncio.run(_agree(shared_store, steps))


@pytest.fixture(scope="module")
def shared_store() -> Iterator[Redis]:
    with redis() as server:
        yield server


async def _agree(store: Redis, steps: list[tuple[int, int, bool, bool]]) -> None:
    """What Redis says is repeated in memory at the time that Redis said it."""
    memory = MemoryCounters()
    owner = f"u{time.monotonic_ns()}"
    async with edge(store.url) as one:
        heard: list[list[int]] = []
        real = one.line.ask

        def listen(command, replied, since=0.0):  # type: ignore[no-untyped-def]
            def hear(reply):  # type: ignore[no-untyped-def]
                heard.append(reply)
                replied(reply)

            real(command, hear, since)

        one.line.ask = listen  # type: ignore[method-assign]
        for rate, hits, wide, peek in steps:
            limits = [Limit("narrow", Quota(rate, 1.0, 7))] + (
                [Limit("wide", Quota(20, 60.0, 20))] if wide else []
            )
            charges = [Charge(owner, limit, hits) for limit in limits]
            answer = await (one.peek if peek else one.take)(*charges)
            now = heard[-1][1]
            expected = memory.peek(charges, now) if peek else memory.take(charges, now)
            assert answer == expected


async def test_redis_killed_and_started_empty_loses_nothing_that_this_edge_knew(store: Redis) -> None:
    async with edge(store.url) as one:
        for _ in range(3):
            assert (await one.take(Charge("u1", PAYOUT))).admitted
        store.kill()
        answer = await one.take(Charge("u1", PAYOUT))
        assert answer.admitted
        assert answer.local
        store.start()
        await eventually(lambda: not one.line.away)
        answers = [await one.take(Charge("u1", PAYOUT)) for _ in range(3)]
        assert [(each.admitted, each.local) for each in answers] == [
            (True, False),
            (False, False),
            (False, False),
        ]
        assert one.told[0]
        assert one.told[-1] == ""
    async with edge(store.url) as another:  # which knew nothing, and hears it from Redis
        assert not (await another.take(Charge("u1", PAYOUT))).admitted


async def test_after_a_restart_of_redis_an_idle_edge_refuses_nothing(store: Redis) -> None:
    async with edge(store.url) as one:
        assert (await one.take(Charge("u1", STRICT))).admitted
        store.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        answers = await asyncio.gather(*(one.take(Charge("u1", STRICT)) for _ in range(5)))
        assert [each.admitted for each in answers] == [True] * 4 + [False], "each is taken once"
        store.kill()
        await eventually(lambda: one.line.away)  # nobody had to ask
        store.start()
        await eventually(lambda: not one.line.away)
        answer = await one.take(Charge("u2", STRICT))
        assert (answer.admitted, answer.local) == (True, False)


async def test_a_restarted_redis_hears_of_full_counters_even_from_refusals(store: Redis) -> None:
    async with edge(store.url) as one, edge(store.url) as two:
        for _ in range(5):
            await one.take(Charge("u1", PAYOUT))
        store.ask("FLUSHALL")
        assert not (await one.take(Charge("u1", PAYOUT))).admitted
        assert not (await two.take(Charge("u1", PAYOUT))).admitted


async def test_while_redis_is_away_what_must_not_pass_without_it_is_refused(store: Redis) -> None:
    async with edge(store.url) as one:
        store.kill()
        answer = await one.take(Charge("u1", STRICT), Charge("u1", DAILY))
        assert (answer.admitted, answer.closed) == (False, True)
        assert (await one.take(Charge("u1", DAILY, 8))).admitted  # the refused request took nothing here
        store.start()
        await eventually(lambda: not one.line.away)
        assert (await one.take(Charge("u1", STRICT))).admitted


async def test_a_frozen_redis_holds_up_nobody_after_the_first_deadline(store: Redis) -> None:
    async with edge(store.url, deadline=0.03) as one:
        await eventually(lambda: not one.line.away)
        store.freeze()
        waits = []
        for number in range(200):
            began = time.monotonic()
            answer = await one.take(Charge(f"u{number}", PAYOUT))
            waits.append(time.monotonic() - began)
            assert answer.admitted
        assert one.line.away
        assert sorted(waits)[-2] < 0.02, "only the request that found out has waited"
        store.thaw()
        await eventually(lambda: not one.line.away)
        assert not (await one.take(Charge("u1", PAYOUT, 5))).admitted, (
            "what was admitted meanwhile still counts"
        )


async def test_scripts_that_redis_has_forgotten_are_sent_again(store: Redis) -> None:
    async with edge(store.url) as one:
        assert (await one.take(Charge("u1", PAYOUT))).admitted
        store.ask("SCRIPT", "FLUSH")
        answer = await one.take(Charge("u1", PAYOUT))
        assert (answer.admitted, answer.local, answer.standings[0].remaining) == (True, False, 3)


async def test_a_redis_that_refuses_writes_is_away(store: Redis) -> None:
    async with edge(store.url) as one:
        store.ask("CONFIG", "SET", "maxmemory", "1")
        answer = await one.take(Charge("u1", PAYOUT))
        assert (answer.admitted, answer.local) == (True, True)
        assert "maxmemory" in one.told[0]
        assert one.line.away
        store.ask("CONFIG", "SET", "maxmemory", "0")
        await eventually(lambda: not one.line.away)


async def test_times_are_those_of_redis(store: Redis) -> None:
    async with edge(store.url) as one:
        answer = await one.take(Charge("u1", PAYOUT, 5))
        assert answer.standings[0].reset == pytest.approx(3600.0)
        tat = one.mirror.tat("u1:payout")
        assert tat / SECOND == pytest.approx(time.time() + 3600, abs=5)


async def test_a_cluster_is_asked_like_a_single_server() -> None:
    from tests.support.ports import reserve

    port = reserve()[0]
    with redis(
        "--cluster-enabled", "yes", "--port", str(port), "--cluster-port", str(reserve()[0])
    ) as server:
        server.ask("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        deadline = time.monotonic() + 10
        while b"cluster_state:ok" not in server.ask("CLUSTER", "INFO"):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        async with edge(f"redis+cluster://127.0.0.1:{port}") as one:
            await eventually(lambda: not one.line.away)
            both = (Charge("u1", PAYOUT), Charge("u1", DAILY))
            answers = await asyncio.gather(*(one.take(*both) for _ in range(8)))
            assert sum(each.admitted for each in answers) == 5
            assert not any(each.local for each in answers)
