"""The active configuration: in memory for whoever asks, and on disk for a start while PostgreSQL is away."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from meridian.api.snapshots import write_atomically
from meridian.config.schema.root import Config

log = logging.getLogger(__name__)

COMMENT = "# meridian "


@dataclass(frozen=True, slots=True)
class Active:
    """version: its number in the history. text: as it was written. digest: of the text."""

    version: int
    digest: str
    text: str
    config: Config


def keep(folder: Path, active: Active) -> None:
    """Best effort: without it only a start with PostgreSQL away is poorer."""
    first = COMMENT + json.dumps({"version": active.version, "digest": active.digest}) + "\n"
    try:
        write_atomically(folder / "active.yaml", (first + active.text).encode())
    except OSError as error:
        log.warning("the active configuration could not be kept in %s: %s", folder, error.strerror)


def kept(folder: Path) -> tuple[int, str, str] | None:
    """Version, digest and text of the configuration that was active last, or None."""
    try:
        first, _, text = (folder / "active.yaml").read_text(encoding="utf-8").partition("\n")
        raw = json.loads(first.removeprefix(COMMENT))
        return int(raw["version"]), str(raw["digest"]), text
    except (OSError, ValueError, KeyError, TypeError):
        return None
