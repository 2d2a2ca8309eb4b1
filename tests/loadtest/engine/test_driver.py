"""A sender over real connections, in this process's own loop."""

import asyncio
import time

import pytest

from meridian.loadtest.engine.driver import Driver, Origins
from meridian.loadtest.outcomes import OK, TIMEOUT
from meridian.loadtest.plan import Shard
from meridian.loadtest.record import Record
from tests.loadtest.engine.plans import PlainPlan, origin
from tests.loadtest.engine.servers import Peer, Server, patient, serving
from tests.support.waiting import eventually


async def silent(peer: Peer, server: Server) -> None:
    while True:
        server.requests.append(await peer.request())


def driver(plan: PlainPlan) -> tuple[Driver, Record]:
    record = Record(plan.timeout)
    return Driver(plan, Shard(), record, Origins(plan), time.monotonic()), record


async def test_it_drives_until_all_is_answered() -> None:
    async with serving(patient) as server:
        plan = PlainPlan([origin(server.port)], rate=100, seconds=0.3, timeout=20)
        driving, record = driver(plan)
        await asyncio.wait_for(driving.drive(), 30)
    total = record.between(0, 99)
    assert (total.due, total.sent, total.count(lambda key: key.outcome == OK)) == (30, 30, 30)
    assert driving.waiting == 0


async def test_what_is_never_answered_ends_it_after_the_time_limit() -> None:
    async with serving(silent) as server:
        driving, record = driver(PlainPlan([origin(server.port)], rate=100, seconds=0.05, timeout=0.5))
        await asyncio.wait_for(driving.drive(), 30)
    total = record.between(0, 99)
    assert {key.outcome for key in total.latencies} == {TIMEOUT}
    assert total.count() == total.sent
    assert (total.latency().ms(0.01) or 0.0) >= 0.99 * 500


async def test_a_stop_waits_for_answers_and_a_halt_does_not() -> None:
    async with serving(silent) as server:
        driving, record = driver(PlainPlan([origin(server.port)], rate=100, seconds=60.0, timeout=60.0))
        task = asyncio.create_task(driving.drive())
        await eventually(lambda: len(server.requests) >= 3, 30)
        driving.stop()
        under_way = driving.waiting
        await asyncio.wait([task], timeout=0.2)
        assert not task.done()
        assert driving.waiting == under_way >= 3
        driving.halt()
        await asyncio.wait_for(task, 30)
    assert record.between(0, 99).count() == 0


async def test_what_the_scenario_raises_is_raised() -> None:
    async with serving(patient) as server:
        driving, _ = driver(PlainPlan([origin(server.port)], rate=100, seconds=60.0, breaks=2))
        with pytest.raises(LookupError, match="no user 2"):
            await asyncio.wait_for(driving.drive(), 30)
        await eventually(lambda: driving.connections == 0)
