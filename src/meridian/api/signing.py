"""The public half of Meridian's own keys, also when PostgreSQL, which holds them, is away.

Without it a control that starts then would compile edges that refuse every home token.
"""

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from meridian.api.appkeys import public
from meridian.api.snapshots import write_atomically
from meridian.envoy.snapshot import Json

log = logging.getLogger(__name__)


class Ring(Protocol):
    def jwks(self) -> Json: ...


@dataclass(slots=True)
class Signing:
    """path: where the last known public keys rest."""

    ring: Ring
    path: Path
    jwks: Json = field(default_factory=lambda: {"keys": []})

    def restore(self) -> bool:
        """Takes the last known keys from disk; whether there were any."""
        try:
            self.jwks = public(json.loads(self.path.read_bytes()))
        except (OSError, ValueError):
            return False
        return True

    def refresh(self) -> bool:
        """Takes the ring's present keys, and says whether they changed."""
        now = public(self.ring.jwks())
        if now == self.jwks:
            return False
        self.jwks = now
        try:
            write_atomically(self.path, json.dumps(now).encode())
        except OSError as error:
            log.warning("Meridian's public keys could not be kept in %s: %s", self.path, error.strerror)
        return True
