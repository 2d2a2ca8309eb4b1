"""The snapshot that each edge should run on, and the edges that wait for the next one.

The last ones are kept on disk too, so that a control that starts while PostgreSQL is away still has
something true to give: what operators drained or moved is part of a snapshot, and could not be compiled
again without PostgreSQL.
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from meridian.envoy.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Served:
    """A snapshot with what is sent of it worked out once. body: its dump."""

    snapshot: Snapshot
    digest: str
    body: bytes

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Served":
        return cls(snapshot, snapshot.digest, snapshot.dump())


class Snapshots:
    """folder: where the last snapshots rest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._served: Mapping[str, Served] = {}
        self._changed = asyncio.Event()
        self._closed = False

    def get(self, region: str) -> Served | None:
        return self._served.get(region)

    def wanted(self) -> Mapping[str, Snapshot]:
        return {region: served.snapshot for region, served in self._served.items()}

    async def next(self, region: str, digest: str, wait: float) -> Served | None:
        """The region's snapshot as soon as it is another than `digest`; None when it still is that after
        `wait` seconds."""
        try:
            async with asyncio.timeout(wait):
                while True:
                    changed = self._changed
                    served = self._served.get(region)
                    if served is not None and served.digest != digest:
                        return served
                    if self._closed:
                        return None
                    await changed.wait()
        except TimeoutError:
            return None

    async def replace(self, snapshots: Mapping[str, Snapshot]) -> frozenset[str]:
        """Puts all regions' snapshots in place at once, and names the regions for which something changed."""
        served = await asyncio.to_thread(
            lambda: {region: Served.of(snapshot) for region, snapshot in snapshots.items()}
        )
        before, self._served = self._served, served
        changed = frozenset(
            region
            for region in served.keys() | before.keys()
            if region not in served or region not in before or served[region].digest != before[region].digest
        )
        if changed:
            waiting, self._changed = self._changed, asyncio.Event()
            waiting.set()
            await asyncio.to_thread(self._store, served, changed)
        return changed

    def close(self) -> None:
        """Lets everyone who waits go, without a snapshot."""
        self._closed = True
        self._changed.set()

    def restore(self) -> bool:
        """Takes the snapshots from disk; whether there were any. A damaged file counts as absent."""
        found: dict[str, Served] = {}
        for path in sorted(self._folder.glob("*.json")):
            try:
                snapshot = Snapshot.load(path.read_bytes())
            except (OSError, ValueError):
                continue
            found[snapshot.region] = Served.of(snapshot)
        self._served = found
        return bool(found)

    def _store(self, served: Mapping[str, Served], changed: frozenset[str]) -> None:
        """Best effort: with the disk full, edges still have their own copies."""
        try:
            for region in changed:
                path = self._folder / f"{region}.json"
                if region in served:
                    write_atomically(path, served[region].body)
                else:
                    path.unlink(missing_ok=True)
        except OSError:
            return


def write_atomically(path: Path, content: bytes) -> None:
    """Replaces the file in one step, readable by its owner only. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
