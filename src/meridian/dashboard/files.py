"""The built page's files in memory, with what they look like compressed.

Only what was there when they were read is ever served, by its exact name: no path of a request reaches the file system.
"""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

BUILT = Path(__file__).parent / "static"
INDEX = "index.html"
ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""By preference: how much smaller, and how the build names the file."""

_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class File:
    """bodies: by encoding; "" is the file as it is. tag: its entity tag."""

    media_type: str
    bodies: Mapping[str, bytes]
    tag: str


@dataclass(slots=True)
class Files:
    """folder: what the build wrote. It is read when first asked for, and again once it was built anew."""

    folder: Path = BUILT
    _read_at: int = 0
    _files: Mapping[str, File] = field(default_factory=dict)

    def get(self, name: str) -> File | None:
        """None where the build has no such file, or where nothing is built."""
        return self._current().get(name)

    def _current(self) -> Mapping[str, File]:
        try:
            changed = (self.folder / INDEX).stat().st_mtime_ns
        except OSError:
            return {}
        if changed != self._read_at:
            self._files, self._read_at = _read(self.folder), changed
        return self._files


def _read(folder: Path) -> dict[str, File]:
    return {
        path.relative_to(folder).as_posix(): _file(path)
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path.suffix not in ENCODINGS.values()
    }


def _file(path: Path) -> File:
    plain = path.read_bytes()
    bodies = {"": plain}
    for encoding, suffix in ENCODINGS.items():
        packed = path.with_name(path.name + suffix)
        if packed.is_file():
            bodies[encoding] = packed.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return File(kind, bodies, hashlib.sha256(plain).hexdigest()[:32])
