"""One log file, read by its descriptor, so that it stays the same file whatever name it gets."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEAD = 512
"""Bytes at a file's start that tell it from another one in the same place on disk."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a file has been read. head: digest of its first `known` bytes. skipping: in the middle of a line that was too
    long."""

    inode: int
    offset: int
    head: str
    known: int
    skipping: bool = False

    def to_json(self) -> list[Any]:
        return [self.inode, self.offset, self.head, self.known, self.skipping]

    @classmethod
    def from_json(cls, raw: list[Any]) -> "Place":
        """Raises ValueError or TypeError when it is none."""
        inode, offset, head, known, skipping = raw
        return cls(int(inode), int(offset), str(head), int(known), bool(skipping))


class Followed:
    """dropped: lines given up, as they were too long or never finished. moved: when it last had something new, as the caller
    counts time."""

    def __init__(self, descriptor: int, now: float) -> None:
        self.inode = os.fstat(descriptor).st_ino
        self.offset = 0
        self.dropped = 0
        self.moved = now
        self._descriptor = descriptor
        self._head = b""
        self._skipping = False

    @classmethod
    def open(cls, path: Path, now: float) -> "Followed":
        """Raises OSError."""
        return cls(os.open(path, os.O_RDONLY | os.O_CLOEXEC), now)

    def resume(self, place: Place) -> bool:
        """Goes on from there; False, and from the beginning, where this is not the file that was read."""
        head = os.pread(self._descriptor, place.known, 0)
        if place.inode != self.inode or _digest(head) != place.head or self.size() < place.offset:
            return False
        self.offset, self._skipping, self._head = place.offset, place.skipping, head
        return True

    def skip_all(self) -> None:
        """Whatever is in it already counts as read."""
        self.offset = self.size()

    def read(self, most: int, now: float) -> bytes | None:
        """Whole lines of at most `most` bytes together; empty where it moved on without any; None where nothing is new. A line
        that is longer is dropped. Raises OSError."""
        self._notice_cut()
        start = self.offset
        chunk = os.pread(self._descriptor, most, start)
        if self._skipping:
            chunk = self._beyond_long_line(chunk)
        end = chunk.rfind(b"\n") + 1
        if not end and len(chunk) == most:
            self.dropped += 1
            self._skipping = True
            end = len(chunk)
        self.offset += end
        if self.offset == start:
            return None
        self.moved = now
        return b"" if self._skipping else chunk[:end]

    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def place(self) -> Place:
        return Place(self.inode, self.offset, _digest(self._head), len(self._head), self._skipping)

    def close(self) -> None:
        """A last line that was never finished is given up."""
        if self.size() > self.offset and not self._skipping:
            self.dropped += 1
        os.close(self._descriptor)

    def _beyond_long_line(self, chunk: bytes) -> bytes:
        end = chunk.find(b"\n") + 1
        self._skipping = not end
        self.offset += end or len(chunk)
        return chunk[end:] if end else b""

    def _notice_cut(self) -> None:
        """Somebody cut the file short in place: what is in it now is new."""
        if os.pread(self._descriptor, len(self._head), 0) != self._head or self.size() < self.offset:
            self.offset, self._skipping, self._head = 0, False, b""
        if len(self._head) < HEAD:
            self._head = os.pread(self._descriptor, HEAD, 0)


def _digest(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()[:16]
