"""Users and clients of recorded traffic under other names, and which of them are in the sample.

The key is made at the edge and never leaves it: who reads the records cannot find out whose they are. Edges of one region
that should call a user by one name share the file.
"""

import secrets
from hashlib import blake2b
from pathlib import Path
from zlib import crc32

from meridian.envoy.agent.folder import replace

FILE = "traffic.key"


class Pseudonyms:
    """A user's rank is 32 bits; at level n those are in the sample whose rank ends in n zeros, a share of 1 in 2^n. So whoever
    is in a smaller sample is in every larger one, with all they did."""

    def __init__(self, key: bytes) -> None:
        self._key = blake2b(key, digest_size=32, person=b"meridian-traffic").digest()
        self.seed = int.from_bytes(self._key[:4], "big")

    def rank(self, who: str) -> int:
        return crc32(who.encode(), self.seed)

    def name(self, kind: str, who: str) -> str:
        """16 hexadecimal digits. kind: a user who is called like an address is another."""
        return blake2b(f"{kind}\0{who}".encode(), key=self._key, digest_size=8).hexdigest()


def pseudonyms(home: Path) -> Pseudonyms:
    """Of this edge; makes its key at the first time. Raises OSError when it cannot be kept."""
    path = home / FILE
    if not path.exists():
        replace(path, secrets.token_hex(32).encode())
        path.chmod(0o600)
    return Pseudonyms(path.read_bytes())
