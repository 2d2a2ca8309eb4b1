"""One log, read across its rotations and the agent's restarts: each line once, none left out while its file is there.

A rotated file is read until nothing has been added to it for a while: an Envoy that drains after a hot restart still has
it open, and was not told to open the new one.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from meridian.envoy.agent.tail.followed import Followed, Place

QUIET = 60.0
"""Seconds without an addition after which a rotated file counts as finished."""


class Follower:
    """path: of the log; its predecessors are `path.1`, `path.2` and so on, the oldest with the highest number. places: where
    a former agent was; None: nothing of this log was ever read. lost: nobody knows where a former agent was, so what is
    there already counts as read rather than being counted twice."""

    def __init__(
        self, path: Path, places: Sequence[Place] | None, now: float = 0.0, *, lost: bool = False
    ) -> None:
        self._path = path
        self._files: list[Followed] = []
        self._dropped = 0
        if lost:
            self._files = self._opened(self._all()[-1:], now)
            for each in self._files:
                each.skip_all()
        elif places:
            self._files = self._resumed(places, now)

    @property
    def dropped(self) -> int:
        """Lines given up so far."""
        return self._dropped + sum(each.dropped for each in self._files)

    def read(self, most: int, now: float) -> bytes | None:
        """As `Followed.read`, of the oldest file that has something. now: seconds, never going backwards. Raises OSError."""
        for each in self._files:
            chunk = each.read(most, now)
            if chunk is not None:
                return chunk
        if self._find_newer(now):
            return self._files[-1].read(most, now)
        self._let_go(now)
        return None

    def places(self) -> list[Place]:
        return [each.place() for each in self._files]

    def close(self) -> None:
        for each in self._files:
            each.close()
        self._files = []

    def _find_newer(self, now: float) -> bool:
        """Whether there are files now that are newer than the newest one followed. Opens them, the first of them last, so
        that they are read in order."""
        newest = self._files[-1].inode if self._files else None
        try:
            if newest is not None and self._path.stat().st_ino == newest:
                return False
        except FileNotFoundError:
            return False  # renamed, and the new one is not there yet
        every = self._all()
        known = {each.inode for each in self._files}
        after = 1 + max((place for place, (_, inode) in enumerate(every) if inode in known), default=-1)
        fresh = self._opened(every[after:] if newest is not None else every[-1:], now)
        self._files += fresh
        return len(fresh) == 1

    def _let_go(self, now: float) -> None:
        for each in self._files[:-1]:
            if now - each.moved > QUIET:
                each.close()
                self._dropped += each.dropped
                self._files.remove(each)

    def _resumed(self, places: Sequence[Place], now: float) -> list[Followed]:
        """The files that a former agent was reading, and all newer ones."""
        wanted = {place.inode: place for place in places}
        order = self._opened(self._all(), now)
        same = [n for n, each in enumerate(order) if each.inode in wanted and each.resume(wanted[each.inode])]
        # A file in the same place on disk that begins differently was cut and written again.
        cut = [n for n, each in enumerate(order) if each.inode in wanted] if not same else []
        last = max(same or cut, default=-1)
        kept = [each for n, each in enumerate(order) if n in same or n in cut or n > last]
        for each in order:
            if each not in kept:
                each.offset = each.size()
                each.close()
        return kept

    def _opened(self, found: Sequence[tuple[Path, int]], now: float) -> list[Followed]:
        files = []
        for path, _ in found:
            with contextlib.suppress(FileNotFoundError):
                files.append(Followed.open(path, now))
        return files

    def _all(self) -> list[tuple[Path, int]]:
        """The log's files with their inodes, the oldest first."""
        numbered = []
        for path in self._path.parent.glob(f"{self._path.name}*"):
            number = path.name.removeprefix(self._path.name).removeprefix(".")
            if path != self._path and not number.isdigit():
                continue
            with contextlib.suppress(FileNotFoundError):
                numbered.append((int(number or 0), path, path.stat().st_ino))
        return [(path, inode) for _, path, inode in sorted(numbered, reverse=True)]
