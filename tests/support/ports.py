"""Ports for tests, handed out one after another across all test processes of this machine.

Asking the kernel for a free port is not enough: Envoy shares its ports (SO_REUSEPORT), so two tests that picked the same one
would both start, and each would get some of the other's requests.
"""

import fcntl
import os
import socket
import tempfile
from contextlib import closing
from pathlib import Path

RANGE = range(10_000, 19_990)
"""Below the ports that a local world picks by itself (20,000 on) and those of outgoing connections."""


def reserve(count: int = 1) -> list[int]:
    """So many ports in a row that nobody listens on and no other test was given lately."""
    file = Path(tempfile.gettempdir()) / f"meridian-test-ports-{os.getuid()}"
    with file.open("a+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.seek(0)
        start = int(handle.read() or RANGE.start)
        for _ in range(len(RANGE)):
            if start + count > RANGE.stop:
                start = RANGE.start
            ports = list(range(start, start + count))
            start += count
            if all(_free(port) for port in ports):
                break
        else:
            raise AssertionError(f"no {count} free ports in a row")
        handle.truncate(0)
        handle.write(str(start))
    return ports


def _free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
