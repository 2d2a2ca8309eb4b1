"""The line to the shared store: what is asked in one turn of the event loop goes out together, and no request ever waits for a
store that does not answer.

While a batch is under way the next one gathers, so the busier the process is, the larger its batches and the cheaper each check.
The first answer that is late, or refused, or broken off, cuts the line: everything that waits is told so at once, everything
that comes is told so at once, and the line tries by itself to come back, at growing intervals of random length, so that edges
which lost their store together do not return together.

A connection that the store has closed while nobody asked anything (it was restarted, or closes what is idle) is no such loss:
the line looks for it, and before each batch, and connects anew once. What is asked meanwhile waits for that within its deadline.
Nothing is ever sent twice: a batch that went out on a connection which then broke may have been carried out.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from meridian.core.backoff import backoff, spread
from meridian.limits.exact.wire import Away, Command, Refusal, Reply, Wire

AWAY: Final = object()
"""In place of an answer: the store is away."""
Replied = Callable[[Reply], None]
"""Called with what the store answered, or with AWAY."""
FIRST_PAUSE = 0.02
LONGEST_PAUSE = 2.0
_PROBE: Command = ("SET", "meridian:ready", "1", "PX", 1000)
_WATCHED = 0.1
"""Seconds between looks at an idle connection."""
_GRACE = 0.001
"""Seconds. An answer that arrived while this process itself was held up is read before it is called late."""


def pause(failures: int, chance: float) -> float:
    """Seconds before the next attempt to come back. chance: 0 to 1; the pause is between half of the full one and all of it."""
    return spread(backoff(failures + 1, FIRST_PAUSE, LONGEST_PAUSE), chance)


@dataclass(slots=True)
class _Asked:
    command: Command
    replied: Replied
    at: float


class Line:
    """make: another wire to the same store. deadline: seconds. changed: called with what is wrong when the store goes away, and
    with an empty sentence when it is back."""

    def __init__(
        self,
        make: Callable[[], Wire],
        deadline: float,
        changed: Callable[[str], None] = lambda problem: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.deadline = deadline
        self.problem = "not connected yet"
        self._make = make
        self._changed = changed
        self._chance = chance
        self._wire: Wire | None = None
        self._waiting: list[_Asked] = []
        self._under_way: list[_Asked] = []
        self._exchange: asyncio.Task[None] | None = None
        self._return: asyncio.Task[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._renewing = False
        self._closed = False
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def away(self) -> bool:
        return self._wire is None

    async def open(self) -> None:
        """Tries once; where the store is away, the line goes on trying by itself."""
        self._loop = asyncio.get_running_loop()
        self._watch = self._loop.call_later(_WATCHED, self._look)
        if not await self._reached():
            self._return = self._loop.create_task(self._come_back())

    async def close(self) -> None:
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        if self._return is not None:
            self._return.cancel()
            await asyncio.gather(self._return, return_exceptions=True)
        self._cut("closed")
        await asyncio.gather(*self._closing, return_exceptions=True)

    def ask(self, command: Command, replied: Replied, since: float = 0.0) -> None:
        """`replied` is called once, within the deadline: at once where the store is away. since: when a question began that this
        one goes on with."""
        now = since or self._loop.time()
        if self._wire is None:
            replied(AWAY)
            return
        self._waiting.append(_Asked(command, replied, now))
        if self._exchange is None:
            self._exchange = self._loop.create_task(self._send(self._wire))
        elif self._renewing and self._alarm is None:
            self._set_alarm(now + self.deadline)

    def _look(self) -> None:
        """Finds an idle connection that has ended before a request does."""
        self._watch = self._loop.call_later(_WATCHED, self._look)
        if self._wire is not None and self._exchange is None and self._wire.ended:
            self._exchange = self._loop.create_task(self._send(self._wire))

    async def _send(self, wire: Wire) -> None:
        """Batch after batch, while there are any. A task begins in the next turn of the loop: by then this turn's are all
        there."""
        try:
            while self._wire is wire and (self._waiting or wire.ended):
                if wire.ended:
                    renewed = await self._renewed(wire)
                    if renewed is None:
                        return
                    wire = renewed
                    if not self._waiting:
                        return
                    continue
                batch, self._waiting = self._waiting, []
                self._under_way = batch
                self._set_alarm(batch[0].at + self.deadline)
                replies = await wire.exchange([each.command for each in batch])
                if self._wire is not wire:
                    return
                self._drop_alarm()
                self._under_way = []
                self._deliver(batch, replies)
        except Away as error:
            if self._wire is wire:
                self._lost(str(error))
        finally:
            if self._wire is wire:
                self._exchange = None

    async def _renewed(self, wire: Wire) -> Wire | None:
        """Another wire in place of one that ended while nothing was under way, or None where the store is away."""
        self._renewing = True
        if self._waiting:
            self._set_alarm(self._waiting[0].at + self.deadline)
        try:
            reached = await self._reached()
        finally:
            self._renewing = False
        if not reached:
            self._lost(self.problem)
            return None
        self._drop_alarm()
        self._soon_closed(wire)
        return self._wire

    def _deliver(self, batch: list[_Asked], replies: list[Reply]) -> None:
        refused = ""
        for each, reply in zip(batch, replies, strict=True):
            if isinstance(reply, Refusal) and not reply.unknown_script:
                refused = reply.what
                each.replied(AWAY)
            else:
                each.replied(reply)
        if refused:
            self._lost(f"it refuses: {refused}")

    def _set_alarm(self, at: float) -> None:
        self._alarm = self._loop.call_at(at, self._late)

    def _drop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _late(self) -> None:
        self._alarm = self._loop.call_later(_GRACE, self._too_late)

    def _too_late(self) -> None:
        self._lost(f"no answer within {self.deadline * 1000:.0f} ms")

    def _lost(self, problem: str) -> None:
        self._cut(problem)
        if not self._closed:
            self._changed(problem)
            self._return = self._loop.create_task(self._come_back())

    def _cut(self, problem: str) -> None:
        wire, self._wire = self._wire, None
        if wire is None:
            return
        self.problem = problem
        self._drop_alarm()
        exchange, self._exchange = self._exchange, None
        if exchange is not None and exchange is not asyncio.current_task():
            exchange.cancel()
            self._closing.add(exchange)
            exchange.add_done_callback(self._closing.discard)
        waiting, self._under_way, self._waiting = [*self._under_way, *self._waiting], [], []
        for each in waiting:
            each.replied(AWAY)
        self._soon_closed(wire)

    async def _come_back(self) -> None:
        failures = 0
        while not self._closed:
            await asyncio.sleep(pause(failures, self._chance()))
            if await self._reached():
                self._changed("")
                return
            failures += 1

    async def _reached(self) -> bool:
        """Whether the store can be connected to, written to, and answers in time; the first answer may take longer."""
        try:
            wire = self._make()
        except ValueError as error:
            self.problem = str(error)
            return False
        try:
            await wire.connect()
            async with asyncio.timeout(max(self.deadline, 0.25)):
                await wire.exchange([_PROBE])
            async with asyncio.timeout(self.deadline):
                replies = await wire.exchange([_PROBE])
            if isinstance(replies[0], Refusal):
                raise Away(f"it refuses: {replies[0].what}")
        except (Away, TimeoutError) as error:
            self.problem = str(error) or "no answer in time"
            self._soon_closed(wire)
            return False
        except asyncio.CancelledError:
            self._soon_closed(wire)
            raise
        self._wire, self.problem = wire, ""
        return True

    def _soon_closed(self, wire: Wire) -> None:
        task = self._loop.create_task(_closed(wire))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _closed(wire: Wire) -> None:
    try:
        async with asyncio.timeout(1):
            await wire.close()
    except TimeoutError:
        return
