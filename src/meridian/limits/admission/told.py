"""The file that says what to do: read again when its content changes; one that is wrong changes nothing and is told of."""

from dataclasses import dataclass
from pathlib import Path

from meridian.envoy.snapshot import digest
from meridian.limits.admission.settings import Settings, parse


@dataclass(slots=True)
class Told:
    """path: `xds/admission.json` of the edge. problem: what is wrong with it now, for a person, or empty."""

    path: Path
    problem: str = ""
    digest: str = ""
    _seen: tuple[int, int, int] = (0, 0, 0)

    def news(self) -> Settings | None:
        """What the file says, where it has changed since the last call and is right."""
        try:
            status = self.path.stat()
            mark = (status.st_mtime_ns, status.st_size, status.st_ino)
            if mark == self._seen:
                return None
            content = self.path.read_bytes()
        except OSError as error:
            self.problem = f"{self.path.name} cannot be read: {error.strerror or error}"
            return None
        self._seen = mark
        found = digest(content)
        if found == self.digest:
            self.problem = ""
            return None
        try:
            settings = parse(content)
        except ValueError as error:
            self.problem = f"{self.path.name} is wrong, and what it said before goes on: {_first_line(error)}"
            return None
        self.problem, self.digest = "", found
        return settings


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
