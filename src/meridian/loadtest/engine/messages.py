"""What the coordinator and its processes say to each other over a pipe: a length, a kind of one byte, and bytes.

Plans go by pickle, which only ever comes from the process that started this one.
"""

import asyncio
import struct
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

LENGTH = struct.Struct(">I")

MOMENT = struct.Struct(">d")
"""Of a start: a moment of the monotonic clock, which all processes of a machine share."""

NOTE = struct.Struct(">IId")
"""Before a second's record: requests waiting, connections open, the longest lag in seconds."""


DONE = struct.Struct(">II")
"""While it prepares: users that are ready, of how many."""


class Kind(bytes, Enum):
    PATHS = b"m"
    """Down, first: where modules are found, pickled; a plan's own must be found before it can be unpickled."""
    PLAN = b"p"
    PREPARING = b"u"
    """Up, now and then before it is ready."""
    READY = b"r"
    START = b"s"
    STOP = b"f"
    HALT = b"h"
    SECOND = b"d"
    """Up, each second: what was added since the last."""
    END = b"e"
    """Up, last: the same, of what was left."""
    FAILED = b"x"
    """Up, instead: a sentence."""


@dataclass(frozen=True, slots=True)
class Message:
    kind: Kind
    body: bytes = b""

    def packed(self) -> bytes:
        return LENGTH.pack(len(self.body) + 1) + self.kind.value + self.body


def read_blocking(source: BinaryIO) -> Message | None:
    """None at the end, also one in the midst of a message. source: unbuffered, so that nothing is read ahead."""
    head = _exactly(source, LENGTH.size)
    content = head and _exactly(source, LENGTH.unpack(head)[0])
    return Message(Kind(content[:1]), content[1:]) if content else None


def _exactly(source: BinaryIO, size: int) -> bytes:
    """Empty when there is less."""
    parts: list[bytes] = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"" if size else b"".join(parts)


async def read(source: asyncio.StreamReader) -> Message | None:
    """None at the end, also one in the midst of a message."""
    try:
        size = LENGTH.unpack(await source.readexactly(LENGTH.size))[0]
        content = await source.readexactly(size)
    except (asyncio.IncompleteReadError, OSError):
        return None
    return Message(Kind(content[:1]), content[1:])
