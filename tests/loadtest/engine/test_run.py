"""Whole runs: processes that send, a server that answers, and what becomes of the record when either is frozen or killed.

Moments are taken when they were, not when they should have been: a machine that others share stands still for a few hundred
milliseconds now and then, and that is in every bound here."""

import asyncio
import contextlib
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from meridian.core.errors import InvalidInput
from meridian.loadtest.engine.progress import Progress
from meridian.loadtest.engine.run import run
from meridian.loadtest.outcomes import BROKEN, OK
from meridian.loadtest.plan import Shard
from meridian.loadtest.record import Record
from meridian.loadtest.results.lateness import late
from tests.loadtest.engine import answering
from tests.loadtest.engine.plans import PlainPlan, origin
from tests.support.ports import reserve
from tests.support.waiting import eventually, until


@dataclass
class Watch:
    """What was told."""

    told: list[Progress] = field(default_factory=list)

    def __call__(self, progress: Progress) -> None:
        self.told.append(progress)


@dataclass
class Target:
    port: int
    process: "subprocess.Popen[bytes]"

    @contextlib.asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def target() -> Iterator[Target]:
    port = reserve()[0]
    command = [sys.executable, str(Path(answering.__file__)), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield Target(port, process)
        process.send_signal(signal.SIGCONT)
        process.kill()


def workers(of: int = os.getpid()) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return [
            child
            for child in psutil.Process(of).children(recursive=True)
            if "meridian.loadtest.engine.worker" in " ".join(child.cmdline())
        ]
    return []


HICCUP = 0.4
"""Seconds that the machine may stand still for, at the worst moment."""


async def begun(watch: Watch, at: float) -> float:
    """Waits until so many seconds after the start; when that is, by `time.time`."""
    await eventually(lambda: bool(watch.told), 30)
    await eventually(lambda: time.time() - watch.told[0].began >= at, 30)
    return watch.told[0].began


async def test_a_run_of_two_processes_sends_all_and_says_so_each_second(target: Target) -> None:
    watch = Watch()
    plan = PlainPlan([origin(target.port)], rate=200, seconds=1.5, flow=2, think=0.01)
    record = await run(plan, processes=2, on_second=watch, sample={"target": target.process.pid})
    total = record.between(0, record.seconds)
    assert 600 >= total.count() == total.due == total.sent
    assert total.count() >= 600 - (0.02 + HICCUP) * 200, "second steps past the end are left out"
    assert {key.outcome for key in total.latencies} == {OK}
    assert [progress.second for progress in watch.told][:2] == [0, 1]
    assert [progress.running for progress in watch.told] == [True] * (len(watch.told) - 1) + [False]
    assert watch.told[1].record is record
    assert watch.told[1].connections >= 2
    assert set(total.resources) == {"target", "load generator 1", "load generator 2"}
    assert all(used.rss > 1_000_000 for used in total.resources.values())
    assert not workers()
    assert not total.trouble


async def test_shards_send_each_arrival_once_from_a_common_start(target: Target) -> None:
    plan = PlainPlan([origin(target.port)], rate=200, seconds=1.0, timeout=20)
    watches = [Watch(), Watch()]
    start = time.time() + 1.5
    records = await asyncio.gather(
        *(run(plan, shard=Shard(i, 2), on_second=watches[i], start_at=start) for i in range(2))
    )
    assert [watch.told[0].began for watch in watches] == [start, start]
    merged = Record()
    for record in records:
        merged.merge(record.take())
    assert merged.between(0, 9).count() == 200


async def test_a_frozen_target_is_seen_as_everyone_who_waited_for_it_saw_it(target: Target) -> None:
    """Arithmetic: of 200 arrivals 10 ms apart, those due while it is frozen wait for its end."""
    watch = Watch()
    plan = PlainPlan([origin(target.port)], rate=100, seconds=2.0, timeout=10)
    running = asyncio.create_task(run(plan, on_second=watch))
    began = await begun(watch, 0.5)
    async with target.frozen():
        frozen = time.time() - began
        await begun(watch, frozen + 1.0)
        thawed = time.time() - began
    record = await running
    waits = sorted(max(thawed - n / 100, 0.0) if frozen <= n / 100 else 0.0 for n in range(200))
    latency = record.between(0, record.seconds).latency()
    assert latency.total == 200
    for share in (1.0, 0.99, 0.75):
        truth = waits[math.ceil(share * 200) - 1]
        found = (latency.ms(share) or 0.0) / 1000
        assert 0.99 * truth - 0.03 <= found <= 1.01 * truth + HICCUP


async def test_a_frozen_generator_is_late_and_says_so(target: Target) -> None:
    watch = Watch()
    plan = PlainPlan([origin(target.port)], rate=100, seconds=3.0, timeout=10)
    running = asyncio.create_task(run(plan, on_second=watch))
    began = await begun(watch, 1.1)
    (worker,) = workers()
    worker.suspend()
    frozen = time.time() - began
    await begun(watch, frozen + 0.7)
    stood = time.time() - began - frozen
    worker.resume()
    record = await running
    assert record.between(0, record.seconds).count() == 300, "as latency, not as missing samples"
    seconds = [record.second(at) for at in range(3)]
    assert max(second.beat for second in seconds) >= (stood - 0.05) * 1_000_000
    assert seconds[0].beat < HICCUP * 1_000_000
    assert late(seconds[int(frozen)])
    assert (record.between(0, 9).latency().ms(1.0) or 0.0) >= (stood - 0.05) * 1000
    assert max(progress.lag_ms for progress in watch.told) >= (stood - 0.05) * 1000


async def test_more_than_can_be_sent_shows_as_lag(target: Target) -> None:
    plan = PlainPlan([origin(target.port)], rate=150_000, seconds=0.3, timeout=0.3)
    record = await run(plan, on_second=Watch())
    total = record.second(0)
    assert total.due == 45_000
    assert total.sent < total.due
    assert late(total)


async def test_a_process_that_dies_is_noticed_and_the_rest_goes_on(target: Target) -> None:
    watch = Watch()
    plan = PlainPlan([origin(target.port)], rate=100, seconds=3.0)
    running = asyncio.create_task(run(plan, processes=2, on_second=watch))
    await begun(watch, 1.5)
    workers()[0].kill()
    record = await running
    sentence = "load generator 1 was killed by SIGKILL"
    assert watch.told[-1].trouble == (sentence,)
    assert [list(record.second(each).trouble) for each in (0, 2)] == [[], [sentence]]
    assert late(record.second(2))
    assert 50 <= record.second(2).count() < 100
    assert not workers()


async def test_when_all_are_dead_the_run_ends(target: Target) -> None:
    watch = Watch()
    plan = PlainPlan([origin(target.port)], rate=100, seconds=60.0)
    running = asyncio.create_task(run(plan, on_second=watch))
    await begun(watch, 0.1)
    workers()[0].kill()
    record = await asyncio.wait_for(running, 20)
    assert record.seconds == 60
    assert record.second(59).trouble


async def test_a_process_that_never_answers_again_is_given_up(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meridian.loadtest.engine.coordinator.PATIENCE", 0.2)
    watch = Watch()
    plan = PlainPlan([origin(target.port)], rate=100, seconds=1.5, timeout=0.2)
    running = asyncio.create_task(run(plan, on_second=watch))
    await begun(watch, 0.1)
    workers()[0].suspend()
    record = await asyncio.wait_for(running, 20)
    assert watch.told[-1].trouble == ("load generator 1 did not end in time",)
    assert record.second(0).trouble
    assert not workers()


async def test_a_stop_ends_arrivals_and_waits_for_answers(target: Target) -> None:
    watch, stop = Watch(), asyncio.Event()
    plan = PlainPlan([origin(target.port)], rate=100, seconds=60.0, timeout=10)
    running = asyncio.create_task(run(plan, on_second=watch, stop=stop))
    await begun(watch, 0.5)
    async with target.frozen():
        await begun(watch, 0.7)
        stop.set()
        await begun(watch, 0.9)
        assert not running.done()
    record = await asyncio.wait_for(running, 20)
    total = record.between(0, 99)
    assert 30 <= total.count() == total.sent < 1000, "of the 6000 there would have been"
    assert {key.outcome for key in total.latencies} == {OK}


async def test_a_halt_waits_for_nothing(target: Target) -> None:
    watch, stop, halt = Watch(), asyncio.Event(), asyncio.Event()
    plan = PlainPlan([origin(target.port)], rate=100, seconds=60.0, timeout=30)
    running = asyncio.create_task(run(plan, on_second=watch, stop=stop, halt=halt))
    async with target.frozen():
        await begun(watch, 0.5)
        stop.set()
        halt.set()
        record = await asyncio.wait_for(running, 20)
    assert record.between(0, 99).sent > record.between(0, 99).count()
    assert not workers()


async def test_a_stop_before_the_start_ends_it() -> None:
    watch, stop = Watch(), asyncio.Event()
    stop.set()
    record = await asyncio.wait_for(run(PlainPlan([origin(1)]), on_second=watch, stop=stop), 10)
    assert (record.seconds, watch.told) == (0, [])
    assert not workers()


async def test_what_the_listener_raises_ends_the_run(target: Target) -> None:
    def refuse(progress: Progress) -> None:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        await asyncio.wait_for(run(PlainPlan([origin(target.port)], seconds=60.0), on_second=refuse), 10)
    assert not workers()


async def test_a_scenario_that_fails_at_a_request_is_named_in_the_trouble(target: Target) -> None:
    watch = Watch()
    plan = PlainPlan([origin(target.port)], seconds=60.0, breaks=10)
    record = await asyncio.wait_for(run(plan, on_second=watch), 10)
    assert watch.told[-1].trouble == (
        "load generator 1 could not go on: the scenario failed in a sending process with LookupError: no user 10",
    )
    assert record.second(0).trouble


async def test_a_plan_that_cannot_be_handed_over_is_refused_with_what_to_do() -> None:
    plan = PlainPlan([origin(1)])
    plan.begin = lambda number: None  # type: ignore[method-assign]
    with pytest.raises(InvalidInput, match="define its classes and functions at the top of a module"):
        await run(plan, on_second=Watch())


async def test_a_closed_run_asks_again_after_each_answer(target: Target) -> None:
    watch = Watch()
    plan = PlainPlan([origin(target.port)], closed=5, seconds=1.2)
    record = await run(plan, processes=2, on_second=watch)
    total = record.between(0, 9)
    assert total.count() == total.sent == total.due > 100
    assert {key.outcome for key in total.latencies} == {OK}
    assert watch.told[1].connections == 5


async def test_authorities_that_cannot_be_read_are_refused_before_the_start(tmp_path: Path) -> None:
    trusting = origin(1, tls=True, ca=str(tmp_path / "none.pem"))
    with pytest.raises(InvalidInput, match=r"cannot be read from .*none.pem"):
        await run(PlainPlan([trusting]), on_second=Watch())
    assert not workers()


async def test_a_refused_port_is_the_targets_failure_not_the_generators() -> None:
    record = await run(PlainPlan([origin(reserve()[0])], seconds=0.5), on_second=Watch())
    total = record.second(0)
    assert {(each.outcome, each.detail) for each in total.failures} == {(BROKEN, "connection refused")}
    assert (total.due, total.sent, total.count()) == (50, 50, 50)


KILLED = """
import asyncio, sys
from meridian.loadtest.engine.run import run
from tests.loadtest.engine.plans import PlainPlan, origin

if __name__ == "__main__":
    plan = PlainPlan([origin(int(sys.argv[1]))], seconds=60.0, prepares=float(sys.argv[2]))
    print("started", flush=True)
    asyncio.run(run(plan, processes=2, on_second=lambda progress: print(progress.second, flush=True)))
"""


@pytest.mark.parametrize("prepares", [0.0, 1.0])
def test_nothing_goes_on_sending_when_the_coordinator_is_killed(target: Target, prepares: float) -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", KILLED, str(target.port), str(prepares)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as coordinator:
        assert coordinator.stdout is not None
        assert coordinator.stdout.readline() == b"started\n"
        if not prepares:
            assert coordinator.stdout.readline() == b"0\n"
        until(lambda: len(workers(coordinator.pid)) == 2)
        left = workers(coordinator.pid)
        coordinator.kill()
    until(lambda: not any(each.is_running() for each in left))


def test_ctrl_c_reaches_the_coordinator_alone(target: Target) -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", KILLED, str(target.port), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, start_new_session=True) as coordinator:
        assert coordinator.stdout is not None
        coordinator.stdout.readline()
        assert coordinator.stdout.readline() == b"0\n"
        left = workers(coordinator.pid)
        groups = {os.getpgid(each.pid) for each in left}
        assert os.getpgid(coordinator.pid) not in groups
        for each in left:
            each.send_signal(signal.SIGINT)
        assert coordinator.stdout.readline() == b"1\n"
        assert all(each.is_running() for each in left)
        coordinator.kill()
    until(lambda: not any(each.is_running() for each in left))
