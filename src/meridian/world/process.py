"""Processes known by more than a number: a pid with its start, so that nothing is ever signalled by mistake.

A start is counted in clock ticks since boot, which a correction of the civil clock does not move.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class ProcessId:
    """pid, and the mark of its start."""

    pid: int
    started: str

    def alive(self) -> bool:
        return mark(self.pid) == self.started and bool(self.started)

    def signal(self, number: int) -> bool:
        """Whether it was there to be signalled."""
        if not self.alive():
            return False
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True


def mark(pid: int) -> str:
    """What tells this process from a later one with the same pid; empty when there is none, or only a
    zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else f"{fields[19]}@{_boot()}"
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return ""
    except (OSError, IndexError):
        return ""
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return ""


def _boot() -> str:
    return _BOOT.read_text().strip() if _BOOT.exists() else ""


def identify(pid: int) -> ProcessId | None:
    """None when it is not running."""
    started = mark(pid)
    return ProcessId(pid, started) if started else None


def descendants(process: ProcessId) -> list[ProcessId]:
    """Its children and theirs, as they are now."""
    try:
        found = psutil.Process(process.pid).children(recursive=True) if process.alive() else []
    except psutil.Error:
        return []
    return [known for child in found if (known := identify(child.pid))]


def stop_all(
    processes: Iterable[ProcessId], gentle: int = signal.SIGTERM, grace: float = 5.0, pause: float = 0.02
) -> list[ProcessId]:
    """Signals all, waits up to `grace` seconds for them together, kills what is left. Returns what it had to
    kill."""
    left = [process for process in processes if process.signal(gentle)]
    deadline = time.monotonic() + grace
    while left and time.monotonic() < deadline:
        time.sleep(pause)
        left = [process for process in left if process.alive()]
    for process in left:
        process.signal(signal.SIGKILL)
    return left


def dies_with_parent(number: int) -> Callable[[], None] | None:
    """For a child to run before its program: the kernel sends it `number` when this process ends, however it
    ends.

    None where the kernel offers no such thing; what is left over is then stopped by `meridian down` or the
    next `up`.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def bind() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it ended between the fork and the call above
            os.kill(os.getpid(), signal.SIGKILL)

    return bind
