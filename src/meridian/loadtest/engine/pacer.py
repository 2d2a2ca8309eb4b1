"""Wakes the sender when something is due, more exactly than an event loop's timers can: those count whole milliseconds.

On Linux this is a timer of the kernel (timerfd), armed for a moment of the monotonic clock, good to about a tenth of a
millisecond. Elsewhere it is the loop's own timer, rounded up: a request may go out late, never before it is due.
"""

import asyncio
import ctypes
import math
import os
import sys
import time
from collections.abc import Callable

TFD_NONBLOCK_CLOEXEC = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
TFD_TIMER_ABSTIME = 1
CLOCK_MONOTONIC = 1


class _Spec(ctypes.Structure):
    """struct itimerspec: repeats every, and first at, in seconds and nanoseconds."""

    _fields_ = (
        ("every", ctypes.c_long),
        ("every_ns", ctypes.c_long),
        ("at", ctypes.c_long),
        ("at_ns", ctypes.c_long),
    )


class Pacer:
    """wake: called once for each `arm`."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.Handle | None = None
        self._libc = ctypes.CDLL(None) if sys.platform == "linux" else None
        self._spec = _Spec()
        self._fd = -1
        if self._libc is not None:
            self._fd = self._libc.timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK_CLOEXEC)
        if self._fd >= 0:
            self._loop.add_reader(self._fd, self._fired)

    def arm(self, moment: float) -> None:
        """moment: by `time.monotonic`. One that has passed is woken for after the loop has read what has come. Replaces an
        earlier one."""
        self._disarm()
        left = moment - time.monotonic()
        if left <= 0:
            self._handle = self._loop.call_soon(self._wake)
        elif self._fd < 0:
            self._handle = self._loop.call_later(math.ceil(left * 1000) / 1000, self._wake)
        else:
            self._set(moment)

    def close(self) -> None:
        self._disarm()
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _set(self, moment: float) -> None:
        assert self._libc is not None
        whole = int(moment)
        self._spec.at, self._spec.at_ns = whole, int((moment - whole) * 1e9)
        self._libc.timerfd_settime(self._fd, TFD_TIMER_ABSTIME, ctypes.byref(self._spec), None)

    def _fired(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:
            return
        self._wake()

    def _disarm(self) -> None:
        """A timer that is still set needs no disarming: setting it replaces it, and an early wake finds nothing due."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
