"""Snapshots on disk: the last one that Envoy confirmed, the one before it, and the last one that was refused.

There is no moment at which none is there: the file before is made as a second name of the last good one,
and only then the last good one is replaced.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from meridian.envoy.agent.folder import replace
from meridian.envoy.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Found:
    """snapshot: to start from, or None. sentence: what was wrong with what is on disk, or empty."""

    snapshot: Snapshot | None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotStore:
    folder: Path

    @property
    def last_good(self) -> Path:
        return self.folder / "last-good.json"

    @property
    def before(self) -> Path:
        return self.folder / "before.json"

    @property
    def rejected(self) -> Path:
        return self.folder / "rejected.json"

    def find(self, region: str) -> Found:
        """The newest good snapshot that is whole and of this region."""
        newest, wrong = _read(self.last_good, region)
        if newest is not None:
            return Found(newest)
        older, also_wrong = _read(self.before, region)
        if older is not None:
            return Found(
                older, f"the last good snapshot {wrong}; this edge runs on the one before, {older.digest}"
            )
        if self.last_good.exists() or self.before.exists():
            return Found(
                None, f"the last good snapshot {wrong} and the one before {also_wrong}; waiting for control"
            )
        return Found(None)

    def keep(self, snapshot: Snapshot) -> None:
        """`snapshot` is now the last good one. Raises OSError, and then the last good one is what it was."""
        current, _ = _read(self.last_good, snapshot.region)
        if current is not None and current.digest != snapshot.digest:
            beside = self.folder / f".before.{os.getpid()}"
            beside.unlink(missing_ok=True)
            beside.hardlink_to(self.last_good)
            beside.replace(self.before)
        replace(self.last_good, snapshot.dump())

    def set_aside(self, snapshot: Snapshot) -> None:
        """Keeps a refused snapshot for people to look at. Raises OSError."""
        replace(self.rejected, snapshot.dump(), durable=False)


def _read(path: Path, region: str) -> tuple[Snapshot | None, str]:
    """The snapshot, or what is wrong with it."""
    try:
        snapshot = Snapshot.load(path.read_bytes())
    except FileNotFoundError:
        return None, "is missing"
    except (OSError, ValueError) as error:
        return None, f"cannot be read ({_reason(error)})"
    if snapshot.region != region:
        return None, f"is of region {snapshot.region}"
    return snapshot, ""


def _reason(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:120]
