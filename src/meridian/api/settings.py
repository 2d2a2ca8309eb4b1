"""What one control process is started with."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """home: state folder. config: the file applied as the first version. inventory: where the local world
    is, or None. bootstrap_tokens: file with the hashes of the tokens that exist before PostgreSQL does, or
    None. edge_key: what edges prove with that they forwarded a request; empty: no forwarded request is
    believed."""

    home: Path
    config: Path | None = None
    inventory: Path | None = None
    bootstrap_tokens: Path | None = None
    database_url: str = ""
    edge_key: str = ""

    @property
    def folder(self) -> Path:
        """Control's own part of the state folder: caches that a start without PostgreSQL lives on."""
        return self.home / "control"

    def __repr__(self) -> str:
        """Without the key and the address, which may hold a password."""
        return f"Settings(home={self.home}, config={self.config}, inventory={self.inventory})"
