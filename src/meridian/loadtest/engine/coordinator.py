"""What stands above the processes that send: a common start, a common end, one record, and a watch over who is still there."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from meridian.core.errors import InvalidInput, Unavailable
from meridian.loadtest.engine.progress import Progress
from meridian.loadtest.engine.sending import Sending, order
from meridian.loadtest.engine.usage import Usage
from meridian.loadtest.plan import Plan, Shard
from meridian.loadtest.record import Record

HEAD_START = 0.1
"""Seconds between the last process that is ready and the start, so that all hear of it before."""

SETTLED = 0.15
"""Seconds after the end of a second at which it is told: by then every process that is well has reported it."""

PATIENCE = 5.0
"""Seconds that a process may be late with its end, before it is given up."""

SILENT = 2.5
"""Seconds after which a process that reports each second is spoken of."""

MISSED = 1.0
"""Seconds after the moment at which all were to begin: whoever is ready later than that begins not at all, as what was due until
then would be recorded as late."""

LEAD = 30.0
"""Seconds that are proposed at least, from the command to the start."""

TO_PREPARE = 120.0
"""Seconds within which processes must be ready: to load a scenario and to sign its users' tokens."""


class Coordinator:
    """sample: name -> pid of processes to keep an eye on."""

    def __init__(
        self,
        plan: Plan,
        on_second: Callable[[Progress], None],
        sample: Mapping[str, int],
        on_preparing: Callable[[int, int], None],
    ) -> None:
        self._on_preparing = on_preparing
        self._plan = plan
        self._on_second = on_second
        self._sample = sample
        self._record = Record(plan.timeout)
        self._sendings: list[Sending] = []
        self._marked: dict[Sending, int] = {}
        self._usage = Usage({})
        self._began = 0.0
        self._wall = 0.0
        self._until = plan.seconds
        self._since = time.monotonic()

    async def run(
        self, parts: Sequence[Shard], start_at: float | None, stop: asyncio.Event, halt: asyncio.Event
    ) -> Record:
        """parts: one for each process."""
        orders = [order(self._plan, part) for part in parts]
        try:
            await self._start(orders)
            if await self._ready(stop, halt):
                self._begin(start_at)
                await self._watch(stop, halt)
                await self._end()
                self._mark(self._until)
                self._report(running=False)
        finally:
            await self._end()
        return self._record

    async def _end(self) -> None:
        await asyncio.gather(*(each.end() for each in self._sendings))

    async def _start(self, orders: Sequence[bytes]) -> None:
        for number, given in enumerate(orders, 1):
            try:
                self._sendings.append(await Sending.start(number, given, self._record.merge))
            except OSError as error:
                raise Unavailable(f"a process that sends cannot be started: {error}") from None
        self._usage = Usage({**self._sample, **{each.name: each.process.pid for each in self._sendings}})

    async def _ready(self, stop: asyncio.Event, halt: asyncio.Event) -> bool:
        """False when told to stop before."""
        ready = _all(each.ready for each in self._sendings)
        async with (
            _running(ready, stop.wait(), halt.wait()) as tasks,
            _running(self._tell_preparing()),
        ):
            done, _ = await asyncio.wait(tasks, timeout=TO_PREPARE, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            raise Unavailable(
                f"the processes that send were not ready after {TO_PREPARE:.0f} s",
                "ask for fewer users or fewer processes",
            )
        for each in self._sendings:
            if each.failure:
                raise InvalidInput(each.failure)
            if each.over.is_set():
                raise Unavailable(f"{each.name} {each.ending()} before the start")
        return not stop.is_set() and not halt.is_set()

    async def _tell_preparing(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self._on_preparing(
                sum(each.prepared[0] for each in self._sendings),
                sum(each.prepared[1] for each in self._sendings),
            )

    def _begin(self, start_at: float | None) -> None:
        """The wall clock is read once: what steps later does not matter."""
        now, wall = time.monotonic(), time.time()
        if start_at is not None and wall - start_at > MISSED:
            took, missed = now - self._since, wall - start_at
            at = datetime.fromtimestamp(start_at, UTC)
            raise Unavailable(
                f"the start at {at:%Y-%m-%dT%H:%M:%SZ} was missed by {missed:.1f} s while users were prepared: "
                "nothing was sent",
                f"give --start-at at least {max(LEAD, 2 * (took + missed)):.0f} s ahead",
            )
        self._wall = wall + HEAD_START if start_at is None else start_at
        self._began = now + (self._wall - wall)
        for each in self._sendings:
            each.begin(self._began)

    async def _watch(self, stop: asyncio.Event, halt: asyncio.Event) -> None:
        """Until every process has said all, or is gone, or has had its time."""
        longest = self._plan.seconds + 2 * self._plan.timeout + PATIENCE
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._loop_time(longest)) as limit:
                over = _all(each.over for each in self._sendings)
                obeying = self._obey(stop, Sending.stop, limit, self._plan.timeout + PATIENCE)
                halting = self._obey(halt, Sending.halt, limit, PATIENCE)
                async with _running(over, self._tell(), obeying, halting) as (ended, telling, *_):
                    await asyncio.wait({ended, telling}, return_when=asyncio.FIRST_COMPLETED)
                    if telling.done():
                        await telling

    async def _obey(
        self,
        told: asyncio.Event,
        pass_on: Callable[[Sending], None],
        limit: asyncio.Timeout,
        patience: float,
    ) -> None:
        """patience: seconds from then on in which the processes must end."""
        await told.wait()
        self._until = min(self._until, max(self._now(), 0.0))
        for each in self._sendings:
            pass_on(each)
        limit.reschedule(self._loop_time(self._now() + patience))
        await asyncio.Event().wait()

    async def _tell(self) -> None:
        await asyncio.sleep(max(-self._now(), 0.0))
        self._report(running=True)
        second = 1
        while True:
            await asyncio.sleep(max(second + SETTLED - self._now(), 0.0))
            self._mark(min(self._now(), self._until))
            self._record.resources(second - 1, self._usage.look())
            self._report(running=True)
            second = int(self._now() - SETTLED) + 1

    def _mark(self, until: float) -> None:
        """Every second since a process last reported that then died, up to `until`, says nothing about the target."""
        for each in self._sendings:
            if each.ended or not each.over.is_set():
                continue
            since = self._marked.get(each)
            first = max(int(each.heard - self._began), 0) if since is None else since
            last = max(math.ceil(until), first + (since is None))
            for second in range(first, last):
                self._record.trouble(second, f"{each.name} {each.ending()}")
            self._marked[each] = max(first, last)

    def _report(self, *, running: bool) -> None:
        lag = 0.0
        for each in self._sendings:
            lag, each.lag = max(lag, each.lag), 0.0
        progress = Progress(
            began=self._wall,
            second=max(int(self._now()), 0),
            record=self._record,
            waiting=sum(each.waiting for each in self._sendings),
            connections=sum(each.connections for each in self._sendings),
            lag_ms=lag * 1000,
            running=running,
            trouble=tuple(self._trouble()),
        )
        self._on_second(progress)

    def _trouble(self) -> Iterator[str]:
        for each in self._sendings:
            silent = time.monotonic() - max(each.heard, self._began)
            if each in self._marked:
                yield f"{each.name} {each.ending()}"
            elif not each.over.is_set() and silent > SILENT:
                yield f"{each.name} has said nothing for {silent:.0f} s"

    def _now(self) -> float:
        """Seconds after the start."""
        return time.monotonic() - self._began

    def _loop_time(self, moment: float) -> float:
        return asyncio.get_running_loop().time() + moment - self._now()


async def _all(events: Iterable[asyncio.Event]) -> None:
    for event in events:
        await event.wait()


@contextlib.asynccontextmanager
async def _running(*work: Coroutine[Any, Any, object]) -> AsyncIterator[list[asyncio.Task[Any]]]:
    """Tasks that last no longer than the block."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
