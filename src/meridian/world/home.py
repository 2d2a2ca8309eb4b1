"""What lies where in a world's state folder, and the secrets that are made there once."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from meridian.core.runtime import existing_folder, remove_folder, runtime_folder
from meridian.world.files import kept_secret, write_secret

SUPERVISOR_SOCKET = "supervisor.sock"


@dataclass(frozen=True, slots=True)
class Home:
    """root: the state folder, absolute. sockets: the short private folder that belongs to it."""

    root: Path
    sockets: Path

    @classmethod
    def at(cls, root: Path) -> "Home":
        """Made when missing. Raises Unavailable when no private folder for sockets can be had."""
        root = root.resolve()
        return cls(root, runtime_folder(root))

    @classmethod
    def seen(cls, root: Path) -> "Home":
        """The same to look at only: nothing is made, and where no world ran there are no sockets."""
        root = root.resolve()
        return cls(root, existing_folder(root))

    def sweep(self) -> None:
        """Removes the folders for sockets, this home's and its edges'. Call it holding the lock, when all is stopped."""
        for folder in (self.root, *self.root.glob("edges/*/")):
            remove_folder(folder)

    @property
    def supervisor(self) -> Path:
        return self.sockets / SUPERVISOR_SOCKET

    @property
    def links_control(self) -> Path:
        return self.sockets / "links.sock"

    @property
    def links_plan(self) -> Path:
        return self.root / "world" / "links.json"

    @property
    def inventory(self) -> Path:
        return self.root / "inventory.json"

    @property
    def tokens(self) -> Path:
        return self.root / "bootstrap-tokens.json"

    @property
    def admin_token(self) -> Path:
        return self.root / "admin-token"

    @property
    def state(self) -> Path:
        return self.root / "state.json"

    @property
    def ports(self) -> Path:
        return self.root / "world" / "ports.json"

    @property
    def topology(self) -> Path:
        return self.root / "world" / "topology.json"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    def edge(self, region: str) -> Path:
        return self.root / "edges" / region

    def edge_token(self, region: str) -> Path:
        return self.edge(region) / "token"

    @property
    def app_token(self) -> Path:
        """With which the sample app tells control what happened."""
        return self.root / "world" / "app-token"

    def under_way(self, location: str) -> Path:
        """What the sample app has begun there and not ended, such as payouts."""
        return self.root / "world" / f"under-way-{location}.json"

    def log(self, name: str) -> Path:
        return self.root / "log" / f"{name.replace(':', '-')}.log"

    def app_faults(self, location: str) -> Path:
        """The Unix socket of a location's app; its name stays short whatever the location is called."""
        name = location if len(location) <= 32 else hashlib.sha256(location.encode()).hexdigest()[:16]
        return self.sockets / f"app-{name}.sock"

    def edge_key(self) -> str:
        """The secret with which edges vouch for what they forward to control. Kept between runs."""
        return kept_secret(self.root / "world" / "edge-key")

    def write_tokens(self, regions: Iterable[str]) -> str:
        """Makes what tokens are missing, writes their hashes for control, and returns the admin's."""
        admin = kept_secret(self.admin_token)
        app = kept_secret(self.app_token)
        hashed = {
            _sha256(admin): {"name": "local-admin", "role": "admin", "region": ""},
            _sha256(app): {"name": "local-app", "role": "app", "region": ""},
        }
        for region in regions:
            token = kept_secret(self.edge_token(region))
            hashed[_sha256(token)] = {"name": f"edge-{region}", "role": "edge", "region": region}
        write_secret(self.tokens, json.dumps(hashed, indent=2, sort_keys=True) + "\n")
        return admin


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
