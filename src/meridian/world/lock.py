"""One supervisor a home: a file lock, which the kernel releases however its holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from meridian.core.errors import Conflict
from meridian.world.home import Home


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """Holds the home's lock. Raises Conflict when another supervisor has it."""
    descriptor = os.open(home.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode().strip() or "unknown"
            raise Conflict(
                f"a world is already running in {home.root} (PID {holder})",
                "see it with `meridian status`, stop it with `meridian down`",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
