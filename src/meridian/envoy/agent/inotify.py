"""Whether the kernel lets Envoy watch more files.

Envoy makes one inotify instance for each file subscription, and aborts when it gets none. Linux allows 128
a user unless told otherwise (`fs.inotify.max_user_instances`), for all processes together. So there is a
look before each leap.
"""

import ctypes
import os
import sys

_CLOEXEC = 0o2000000
TODO = "raise fs.inotify.max_user_instances (sysctl), or run fewer edges as this user"


def room(wanted: int) -> bool:
    """Whether `wanted` more instances can be had now; found out by making them. True where there is no
    inotify."""
    if sys.platform != "linux" or wanted <= 0:
        return True
    make = ctypes.CDLL(None, use_errno=True).inotify_init1
    made: list[int] = []
    try:
        while len(made) < wanted:
            descriptor = make(_CLOEXEC)
            if descriptor < 0:
                return False
            made.append(descriptor)
        return True
    finally:
        for descriptor in made:
            os.close(descriptor)
