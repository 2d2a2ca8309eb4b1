"""Keeps logs from filling the disk, also while control is away. A disk that is full already stops nothing
here.

The access log is renamed and Envoy told to open a new one. Envoy's own output is a file that it was started
with and cannot be told to leave, so that one is copied and cut short in place.
"""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

ENVOY_LOG_BYTES = 4_000_000
_COPIED = 1_000_000
"""Bytes kept of Envoy's own output when it is cut."""


@dataclass(slots=True)
class Rotation:
    """access_log: its first predecessor is `access.log.1`, the oldest has the highest number."""

    access_log: Path
    envoy_log: Path
    unopened: bool = False
    """The file was renamed, but Envoy has not been told yet: it still writes to the old one."""

    def turn(self, max_bytes: int, keep: int) -> bool:
        """Rotates what is too large; whether Envoy must be told to reopen its logs. Raises OSError when
        files cannot be renamed."""
        self._cut_envoy_log()
        if self.unopened:
            return True
        if _size(self.access_log) <= max_bytes:
            return False
        self._drop_surplus(keep)
        for number in range(keep - 1, 0, -1):
            with contextlib.suppress(FileNotFoundError):
                self._numbered(number).rename(self._numbered(number + 1))
        self.access_log.rename(self._numbered(1))
        self.unopened = True
        return True

    def reopened(self) -> None:
        self.unopened = False

    def _drop_surplus(self, keep: int) -> None:
        """Also what a former, larger `keep` left behind."""
        for path in self.access_log.parent.glob(f"{self.access_log.name}.*"):
            number = path.name.rpartition(".")[2]
            if number.isdigit() and int(number) >= keep:
                path.unlink(missing_ok=True)

    def _numbered(self, number: int) -> Path:
        return self.access_log.with_name(f"{self.access_log.name}.{number}")

    def _cut_envoy_log(self) -> None:
        size = _size(self.envoy_log)
        if size <= ENVOY_LOG_BYTES:
            return
        with contextlib.suppress(OSError), self.envoy_log.open("rb") as file:
            file.seek(size - _COPIED)
            self.envoy_log.with_name(f"{self.envoy_log.name}.1").write_bytes(file.read(_COPIED))
        with contextlib.suppress(OSError):
            # Envoy appends, so its next line begins at the new end.
            os.truncate(self.envoy_log, 0)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
