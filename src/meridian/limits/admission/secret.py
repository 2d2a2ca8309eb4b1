"""Accounts under other names: who reads the counters, the files or the log of an edge does not learn whose accounts they are.

The key is derived from MERIDIAN_EDGE_KEY, which all edges and control share, so that edges call an
account by the same name. An edge without one makes a key of its own.
"""

import os
import secrets
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

from meridian.envoy.agent.folder import replace

FILE = "admission.key"
_SIZE = 16


class Names:
    """kind: "user", "account", "address" or "device": a user called like an account is another."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def derived(cls, secret: str) -> "Names":
        return cls(blake2b(secret.encode(), digest_size=32, person=b"meridian-limits").digest())

    def name(self, kind: str, *parts: str) -> str:
        """32 hexadecimal digits."""
        text = "\0".join((kind, *parts)).encode("utf-8", "surrogateescape")
        return blake2b(text, key=self._key, digest_size=_SIZE).hexdigest()

    def device(self, account: str, device: str) -> str:
        """Of an account on one device: what follows the account's own name means nothing without it."""
        return f"{self.name('account', account)}.{self.name('device', account, device)}"


def names_of(home: Path, environment: Mapping[str, str] = os.environ) -> Names:
    """Raises OSError when an edge without MERIDIAN_EDGE_KEY cannot keep its own key."""
    shared = environment.get("MERIDIAN_EDGE_KEY", "")
    if shared:
        return Names.derived(shared)
    path = home / FILE
    if not path.exists():
        replace(path, secrets.token_hex(32).encode())
        path.chmod(0o600)
    return Names.derived(path.read_text().strip())
