"""The log that the edge's agent reads: one JSON line an event, written off the request path, and cut before it fills a disk."""

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from meridian.envoy.snapshot import Json

LARGEST = 8_000_000
KEPT = 2
_MOST_WAITING = 10_000
"""Lines that wait while the disk takes none; the oldest go."""


class EventLog:
    """Its first predecessor is `admission.log.1`."""

    def __init__(self, path: Path, civil: Callable[[], float] = time.time, largest: int = LARGEST) -> None:
        self._path = path
        self._civil = civil
        self._largest = largest
        self._waiting: list[str] = []

    def note(self, event: str, **fields: object) -> None:
        line: Json = {"t": round(self._civil(), 3), "event": event, **fields}
        self._waiting.append(json.dumps(line, separators=(",", ":")) + "\n")
        del self._waiting[:-_MOST_WAITING]

    def flush(self) -> None:
        """Writes what waits. Without effect when the disk does not take it: it waits on. Call it in one thread at a time."""
        lines, self._waiting = self._waiting, []
        if not lines:
            return
        try:
            self._turn()
            with self._path.open("a", encoding="utf-8") as file:
                file.writelines(lines)
        except OSError:
            self._waiting = lines + self._waiting

    def _turn(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self._path.stat().st_size <= self._largest:
                return
            for number in range(KEPT - 1, 0, -1):
                with contextlib.suppress(FileNotFoundError):
                    self._numbered(number).rename(self._numbered(number + 1))
            self._path.rename(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
