"""A process that sends: reads its plan, waits for the start, sends, and reports each second.

Ctrl-C is the coordinator's affair. When the coordinator is gone, whatever became of it, the pipe from it closes, and this
process ends at once: nothing goes on sending behind anybody's back.
"""

import asyncio
import gc
import math
import os
import pickle
import signal
import sys
import time
from contextlib import suppress
from typing import BinaryIO

from meridian.core.errors import MeridianError
from meridian.loadtest.engine.driver import Driver, Origins
from meridian.loadtest.engine.messages import DONE, MOMENT, NOTE, Kind, Message, read, read_blocking
from meridian.loadtest.plan import Plan, Shard
from meridian.loadtest.record import Record

ABANDONED = 4
"""Exit status when the coordinator is gone."""

NICENESS = -10
"""Where the system allows it: what shares the machine with the target should not count its own waiting for a core as latency."""

TOLD = 0.5
"""Seconds between two words about how far preparing is."""

SETTLED = 0.02
"""Seconds after the end of a second at which it is told."""


def main() -> int:
    """Standard input and output are the pipes; what a scenario prints goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    up = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    try:
        given = _given(source)
        if given is None:
            return ABANDONED
        plan, shard = given
        plan.prepare(shard, _Telling(up))
        worker = Worker(plan, shard)
    except Exception as error:  # noqa: BLE001 - told to the coordinator, which raises it
        up.write(Message(Kind.FAILED, _sentence(error).encode()).packed())
        return 1
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    return _loop(worker, source, up)


def _given(source: BinaryIO) -> tuple[Plan, Shard] | None:
    paths = read_blocking(source)
    if paths is None:
        return None
    sys.path[:] = pickle.loads(paths.body)  # noqa: S301 - from the process that started this one
    order = read_blocking(source)
    if order is None:
        return None
    plan, shard = pickle.loads(order.body)  # noqa: S301
    return plan, shard


def _loop(worker: "Worker", source: BinaryIO, up: BinaryIO) -> int:
    try:
        import uvloop
    except ImportError:  # not to be had on this system
        return asyncio.run(worker.run(source, up))
    return int(uvloop.run(worker.run(source, up)))


def _sentence(error: Exception) -> str:
    if isinstance(error, MeridianError):
        return str(error)
    return f"the scenario failed in a sending process with {type(error).__name__}: {error}"


class _Telling:
    """Says how far preparing is, no more often than somebody looks."""

    def __init__(self, up: BinaryIO) -> None:
        self._up = up
        self._last = time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        now = time.monotonic()
        if now - self._last >= TOLD:
            self._last = now
            self._up.write(Message(Kind.PREPARING, DONE.pack(done, of)).packed())


class Worker:
    """shard: what this process sends. Raises InvalidInput as `Origins` does."""

    def __init__(self, plan: Plan, shard: Shard) -> None:
        self._plan = plan
        self._shard = shard
        self._record = Record(plan.timeout)
        self._origins = Origins(plan)

    async def run(self, source: BinaryIO, up: BinaryIO) -> int:
        """Exit status."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), source)
        pipe, told = await loop.connect_write_pipe(Upward, up)
        pipe.write(Message(Kind.READY).packed())
        start = await read(reader)
        if start is None or start.kind is not Kind.START:
            return ABANDONED
        began: float = MOMENT.unpack(start.body)[0]
        driver = Driver(self._plan, self._shard, self._record, self._origins, began)
        tasks = [
            asyncio.create_task(self._listen(reader, driver)),
            asyncio.create_task(self._tell(pipe, driver)),
        ]
        try:
            await driver.drive()
            last = self._message(Kind.END, driver)
        except Exception as error:  # noqa: BLE001 - told to the coordinator, which raises it
            last = Message(Kind.FAILED, _sentence(error).encode())
        for task in tasks:
            task.cancel()
        told.expected = True
        pipe.write(last.packed())
        pipe.close()
        await told.closed.wait()
        return 0

    async def _listen(self, reader: asyncio.StreamReader, driver: Driver) -> None:
        while (message := await read(reader)) is not None:
            if message.kind is Kind.STOP:
                driver.stop()
            elif message.kind is Kind.HALT:
                driver.halt()
        os._exit(ABANDONED)

    async def _tell(self, pipe: asyncio.WriteTransport, driver: Driver) -> None:
        second = 1
        while True:
            await asyncio.sleep(max(second + SETTLED - driver.now(), 0.0))
            pipe.write(self._message(Kind.SECOND, driver).packed())
            second = max(second + 1, math.ceil(driver.now() - SETTLED))

    def _message(self, kind: Kind, driver: Driver) -> Message:
        note = NOTE.pack(driver.waiting, driver.connections, driver.fresh_lag())
        return Message(kind, note + self._record.take())


class Upward(asyncio.BaseProtocol):
    """The pipe to the coordinator. One that closes before the end was told means that nobody listens any more."""

    def __init__(self) -> None:
        self.expected = False
        self.closed = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.expected:
            os._exit(ABANDONED)
        self.closed.set()


if __name__ == "__main__":
    sys.exit(main())
