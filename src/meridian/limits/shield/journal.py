"""The shields' memory on disk: blocks, attempts and known devices survive a restart of the process.

A line for each change, appended; a line that was cut short by a crash is left out. When there are far more lines than entries,
the file is written anew beside itself and takes its place in one step. Both happen in a thread, so no request waits for a disk,
and a full disk stops nothing.
"""

import asyncio
import json
from pathlib import Path

from meridian.envoy.agent.folder import replace
from meridian.limits.shield.book import Book
from meridian.limits.shield.judge import Subject
from meridian.limits.shield.track import NEW, dump, load

FILE = "shields.journal"
_SLACK = 2000
"""Lines beyond twice the entries before the file is written anew."""


class Journal:
    def __init__(self, path: Path, book: Book) -> None:
        self._path = path
        self._book = book
        self._lines = 0
        self._whole = True
        """Whether the file holds all that it should; after a write that failed it is written anew."""

    def load(self) -> None:
        """Fills the book. What cannot be read is left out."""
        try:
            content = self._path.read_bytes()
        except OSError:
            return
        for line in content.splitlines():
            self._lines += 1
            self._read(line)
        self._whole = content.endswith(b"\n") or not content
        self._book.changed.clear()

    def flush(self) -> None:
        """Writes what has changed, at once."""
        self._write(self._taken())

    async def flush_aside(self) -> None:
        """The same in a thread. One at a time; changes meanwhile are written with the next call."""
        changed = self._taken()
        if changed or not self._whole:
            await asyncio.to_thread(self._write, changed)

    def _taken(self) -> dict[Subject | str, None]:
        changed, self._book.changed = self._book.changed, {}
        return changed

    def _write(self, changed: dict[Subject | str, None]) -> None:
        if not changed and self._whole:
            return
        try:
            if not self._whole or self._lines > 2 * self._entries() + _SLACK:
                self._write_anew()
            else:
                self._append(list(changed))
        except OSError:
            self._whole = False

    def _append(self, changed: list[Subject | str]) -> None:
        text = "".join(self._line(each) for each in changed)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text)
        self._lines += len(changed)

    def _write_anew(self) -> None:
        everything: list[Subject | str] = [*list(self._book.tracks), *list(self._book.known)]
        replace(self._path, "".join(map(self._line, everything)).encode(), durable=False)
        self._lines, self._whole = len(everything), True

    def _entries(self) -> int:
        return len(self._book.tracks) + len(self._book.known)

    def _line(self, entry: Subject | str) -> str:
        if isinstance(entry, str):
            return json.dumps([entry, self._book.known.get(entry, 0.0)]) + "\n"
        track = self._book.tracks.get(entry)
        return json.dumps([entry.shield, entry.kind, entry.name, dump(track) if track else ""]) + "\n"

    def _read(self, line: bytes) -> None:
        try:
            found = json.loads(line)
            if len(found) == 2:
                self._read_device(str(found[0]), float(found[1]))
                return
            shield, kind, name, text = found
            subject = Subject(str(shield), str(kind), str(name))
            track = load(text) if text else NEW
        except (ValueError, TypeError, RecursionError):
            return
        if text:
            self._book.keep(subject, track)
        else:
            self._book.tracks.pop(subject, None)

    def _read_device(self, device: str, until: float) -> None:
        if until:
            self._book.know(device, until)
        else:
            self._book.known.pop(device, None)
