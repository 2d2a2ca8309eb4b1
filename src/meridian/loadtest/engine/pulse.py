"""The generator's own heartbeat: how late a timer goes off that should go off every 10 ms.

A generator that is short of CPU, paged out or stopped answers late, and would blame the target for it. Its pulse shows that,
also in seconds in which nothing was due.
"""

import asyncio
from collections.abc import Callable

from meridian.loadtest.record import Record

EVERY = 0.01


class Pulse:
    """clock: seconds after the start."""

    def __init__(self, record: Record, clock: Callable[[], float]) -> None:
        self._record = record
        self._clock = clock
        self._expected = 0.0
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._expect()

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def _expect(self) -> None:
        self._expected = self._clock() + EVERY
        self._handle = asyncio.get_running_loop().call_later(EVERY, self._beat)

    def _beat(self) -> None:
        """Every second that went by without a beat is told of; of the time before the start nothing."""
        now, at = self._clock(), max(self._expected, 0.0)
        while at <= now:
            self._record.beat(at, now - at)
            at += 1.0
        self._expect()
