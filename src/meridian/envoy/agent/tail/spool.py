"""Records on their way to control, on disk, and how far the logs have been read: both in one step.

A batch counts from the moment at which `position.json` names its number. A crash before that leaves a batch that nobody
ships and the next agent removes, as it reads the same lines again; a crash after it loses nothing.
"""

import contextlib
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from meridian.envoy.agent.folder import replace
from meridian.envoy.agent.tail.followed import Place
from meridian.envoy.snapshot import Json

LIMIT = 64 * 1024 * 1024
"""Bytes of batches kept while control is away; the oldest go first."""
PIECE = 4 * 1024 * 1024
"""Bytes of one batch before it is packed. Control takes no more at a time."""
POSITION = "position.json"
_ENCODER = msgspec.json.Encoder()

Places = Mapping[str, Sequence[Place]]
"""Log -> where its reading stands."""


@dataclass(frozen=True, slots=True)
class Batch:
    """path: gzip of {"instance": ..., "records": [...]}. records: how many."""

    path: Path
    number: int
    records: int


@dataclass(frozen=True, slots=True)
class Written:
    """batches: with their sizes in bytes. too_large: records that no batch can hold."""

    batches: Sequence[tuple[Batch, int]]
    too_large: int


class Spool:
    """dropped: records given up, as control was away for too long or would not have them.
    places: where a former agent stood; None where there was none, and empty with `lost` where nobody knows."""

    def __init__(self, folder: Path, instance: str, limit: int = LIMIT) -> None:
        """Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.dropped = 0
        self.lost = False
        self.places: Places | None = None
        self._folder = folder
        self._instance = instance
        self._limit = limit
        self._number = 0
        self._read_position()
        self._waiting = self._found()

    def commit(self, records: Sequence[Json], places: Places) -> None:
        """Keeps the records, and how far the logs have been read for them. Raises OSError, and then neither is kept."""
        self.add(self.write(records, places))

    def write(self, records: Sequence[Json], places: Places) -> "Written":
        """The part of `commit` that takes its time; it may run in a thread, one at a time."""
        fresh: list[tuple[Batch, int]] = []
        pieces, too_large = _pieces(records)
        try:
            for piece in pieces:
                fresh.append(self._write(self._number + 1 + len(fresh), piece))
            number = self._number + len(fresh)
            raw = {"number": number, "logs": {k: [p.to_json() for p in v] for k, v in places.items()}}
            replace(self._folder / POSITION, json.dumps(raw).encode())
        except OSError:
            for batch, _ in fresh:
                batch.path.unlink(missing_ok=True)
            raise
        self._number = number
        return Written(fresh, too_large)

    def add(self, written: "Written") -> None:
        """The rest of `commit`: what was written may be shipped."""
        self.dropped += written.too_large
        self._waiting += written.batches
        size = sum(bytes_ for _, bytes_ in self._waiting)
        while size > self._limit and len(self._waiting) > 1:
            batch, bytes_ = self._waiting[0]
            size -= bytes_
            self.done(batch, given_up=batch.records)

    def oldest(self) -> Batch | None:
        return self._waiting[0][0] if self._waiting else None

    def done(self, batch: Batch, *, given_up: int = 0) -> None:
        """Control has it. given_up: records of it that control would not have."""
        self.dropped += given_up
        self._waiting = [each for each in self._waiting if each[0] != batch]
        with contextlib.suppress(OSError):
            batch.path.unlink(missing_ok=True)

    def __len__(self) -> int:
        """Records that wait."""
        return sum(batch.records for batch, _ in self._waiting)

    def _write(self, number: int, piece: list[bytes]) -> tuple[Batch, int]:
        body = b'{"instance":%b,"records":[%b]}' % (_ENCODER.encode(self._instance), b",".join(piece))
        packed = gzip.compress(body, 1, mtime=0)
        batch = Batch(self._folder / f"{number:012}-{len(piece)}.gz", number, len(piece))
        replace(batch.path, packed)
        return batch, len(packed)

    def _read_position(self) -> None:
        try:
            raw = json.loads((self._folder / POSITION).read_bytes())
            self._number = int(raw["number"])
            self.places = {
                str(k): [Place.from_json(each) for each in v] for k, v in dict(raw["logs"]).items()
            }
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError, AttributeError):
            self.places, self.lost = {}, True
            self._number = max((number for number, _, _ in self._named()), default=0)

    def _found(self) -> list[tuple[Batch, int]]:
        """Batches that a former agent left, without those that never counted."""
        found = []
        for number, records, path in self._named():
            if number > self._number:
                path.unlink(missing_ok=True)
                continue
            found.append((Batch(path, number, records), path.stat().st_size))
        return sorted(found, key=lambda each: each[0].number)

    def _named(self) -> Iterator[tuple[int, int, Path]]:
        for path in self._folder.iterdir():
            name = path.name
            number, _, records = name.removesuffix(".gz").partition("-")
            if name.endswith(".gz") and number.isdigit() and records.isdigit():
                yield int(number), int(records), path


def _pieces(records: Sequence[Json]) -> tuple[list[list[bytes]], int]:
    """Encoded records in portions that control takes, and how many are too large for any."""
    pieces: list[list[bytes]] = [[]]
    size = too_large = 0
    for encoded in map(_ENCODER.encode, records):
        if len(encoded) > PIECE:
            too_large += 1
            continue
        if size + len(encoded) > PIECE:
            pieces.append([])
            size = 0
        pieces[-1].append(encoded)
        size += len(encoded) + 1
    return [piece for piece in pieces if piece], too_large
