"""The tokens that work before PostgreSQL does: those of the local world's operator and edges, as hashes in
a file.

    {"<SHA-256 of the token in hex>": {"name": "edge-EU", "role": "edge", "region": "EU"}, ...}
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from meridian.core.errors import InvalidInput
from meridian.core.principal import Principal, Role

_HASH = re.compile(r"[0-9a-f]{64}")
_TODO = "it is a JSON object of SHA-256 (hex) -> {name, role, region}"


def bootstrap(path: Path | None) -> Mapping[str, Principal]:
    """Raises InvalidInput when there is a file and it is not what it should be."""
    if path is None:
        return {}
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        found = {digest: _principal(entry) for digest, entry in raw.items()}
    except OSError as error:
        raise InvalidInput(f"the bootstrap tokens {path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"the bootstrap tokens {path} cannot be read: {error!r}", _TODO) from None
    if any(not _HASH.fullmatch(digest) for digest in found):
        raise InvalidInput(f"the bootstrap tokens {path} hold something that is no hash", _TODO)
    return found


def _principal(entry: Mapping[str, str]) -> Principal:
    return Principal(str(entry["name"]), Role(entry["role"]), str(entry.get("region", "")))
