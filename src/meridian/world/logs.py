"""The logs of a world: one file a process, kept small while the process goes on writing to it."""

import os
from pathlib import Path

LARGEST = 4_000_000
"""Bytes at which a log is copied to NAME.log.1 and emptied. Children append, so they go on at the start."""


def open_for_append(path: Path) -> int:
    """A descriptor for a child's output."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)


def bound(folder: Path, largest: int = LARGEST) -> list[str]:
    """Cuts every log that has grown too large; returns their names."""
    cut = []
    for path in sorted(folder.glob("*.log")):
        try:
            if path.stat().st_size <= largest:
                continue
            with path.open("rb") as source:
                source.seek(-largest, os.SEEK_END)
                kept = source.read(largest)
            path.with_suffix(".log.1").write_bytes(kept)
            os.truncate(path, 0)
        except OSError:
            continue  # a full disk must not stop the supervisor; the next round tries again
        cut.append(path.name)
    return cut


def tail(path: Path, lines: int = 5) -> str:
    """The last lines that say something, or empty."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 16_384))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])
