"""One admission process an edge, and the socket at which its Envoy finds it."""

import asyncio
import fcntl
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from meridian.core.errors import Conflict

SOCKET = "admission.sock"
LOCK = "admission.lock"
_WAIT = 10.0
"""Seconds that a predecessor has to end."""


@asynccontextmanager
async def alone(home: Path) -> AsyncIterator[None]:
    """Holds the edge's lock, which the kernel releases however this process ends. Raises Conflict."""
    path = home / LOCK
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + _WAIT
        while not _taken(descriptor):
            if time.monotonic() > deadline:
                raise Conflict(f"the edge at {home} has an admission process already", "stop that one first")
            await asyncio.sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def bound(home: Path) -> socket.socket:
    """By a relative name: a socket's path may have 107 bytes, and homes can be deep. What an ended process left is replaced."""
    os.chdir(home)
    Path(SOCKET).unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(SOCKET)
    Path(SOCKET).chmod(0o600)
    listening.setblocking(False)
    return listening
