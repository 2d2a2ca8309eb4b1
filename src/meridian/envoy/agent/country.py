"""The country database in the edge's folder, where Envoy's geoip filter reads it."""

import os
import shutil
from pathlib import Path


def place(source: Path, target: Path) -> None:
    """A hard link where possible: every edge of a machine shares one copy, on disk and in memory. Raises
    OSError."""
    if target.exists() and _same(source, target):
        return
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    try:
        beside.hardlink_to(source)
    except OSError:
        shutil.copy2(source, beside)
    beside.replace(target)


def _same(one: Path, other: Path) -> bool:
    left, right = one.stat(), other.stat()
    return left.st_ino == right.st_ino or (left.st_size, left.st_mtime_ns) == (
        right.st_size,
        right.st_mtime_ns,
    )
