"""Where one edge keeps its things. Envoy's working directory is `home`; a snapshot names paths relative to
it."""

import os
from dataclasses import dataclass
from pathlib import Path

from meridian.core.runtime import runtime_folder


@dataclass(frozen=True, slots=True)
class EdgeFolder:
    """home: the edge's folder. runtime: a short private folder for Unix sockets."""

    home: Path
    runtime: Path

    @classmethod
    def at(cls, home: Path) -> "EdgeFolder":
        """Creates what is missing. Raises OSError or Unavailable."""
        home = home.resolve()
        folder = cls(home, runtime_folder(home))
        for needed in (folder.xds, folder.snapshots, folder.log, folder.geo):
            needed.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def xds(self) -> Path:
        return self.home / "xds"

    @property
    def snapshots(self) -> Path:
        return self.home / "snapshots"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def access_log(self) -> Path:
        return self.log / "access.log"

    @property
    def admission_log(self) -> Path:
        return self.log / "admission.log"

    @property
    def records(self) -> Path:
        return self.home / "records"

    @property
    def envoy_log(self) -> Path:
        return self.log / "envoy.log"

    @property
    def geo(self) -> Path:
        return self.home / "geo"

    @property
    def country_database(self) -> Path:
        return self.geo / "country.mmdb"

    @property
    def bootstrap(self) -> Path:
        return self.home / "envoy.json"

    @property
    def pid_file(self) -> Path:
        return self.home / "envoy.pid"

    @property
    def base_id(self) -> Path:
        return self.home / "envoy.base-id"

    @property
    def lock(self) -> Path:
        return self.home / "agent.lock"

    @property
    def decisions(self) -> Path:
        return self.home / "decisions.json"

    @property
    def overlay(self) -> Path:
        return self.home / "overlay.json"

    @property
    def advice(self) -> Path:
        return self.home / "advice.json"

    @property
    def rehearsal(self) -> Path:
        return self.home / "rehearsal"


def replace(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Puts a file in its place in one step: nobody ever reads half of it.

    durable: also survives the machine losing power at once (costs a few milliseconds). Raises OSError, and
    then leaves what was there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
