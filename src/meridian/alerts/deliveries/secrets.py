"""Reads secrets where the configuration says they are, and keeps them out of what people see."""

import base64
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from meridian.alerts.channels import Secret
from meridian.core.errors import Unavailable

LONGEST = 8192
SHORTEST_HIDDEN = 4
"""Characters: a shorter text is no secret worth the name, and would be found in every sentence."""


@dataclass(frozen=True, slots=True)
class Secrets:
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def reveal(self, secret: Secret) -> str:
        """Raises Unavailable, saying where there is none. Blocks for a read from disk."""
        if secret.env:
            text = self.environment.get(secret.env, "").strip()
            place = f"the environment variable {secret.env} of control"
        else:
            text = _read(Path(secret.file or ""))
            place = f"the file {secret.file}"
        if not text:
            raise Unavailable(f"{place} holds no secret", "set it")
        if len(text) > LONGEST or not text.isprintable():
            raise Unavailable(f"{place} holds no secret: it must be one line of text", "correct it")
        return text


def forms(secret: str, *users: str) -> set[str]:
    """How a secret may come back in somebody's answer: as it is, the path of an address, and as logins write it. users: who sign
    in with it."""
    found = {secret, base64.b64encode(secret.encode()).decode()}
    if "://" in secret:
        path = urlsplit(secret).path
        found |= {path, path.rpartition("/")[2]}
    for user in users:
        for login in (f"{user}:{secret}", f"\0{user}\0{secret}"):
            found.add(base64.b64encode(login.encode()).decode())
    return found


def hidden(text: str, secrets: Collection[str]) -> str:
    """The text without any of the secrets: receivers and libraries quote what they were given. Before the text is cut: half a
    secret is not found."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_HIDDEN:
            text = text.replace(secret, "***")
    return text


def _read(path: Path) -> str:
    try:
        with path.open("r", encoding="utf-8") as file:
            return file.read(LONGEST + 2).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise Unavailable(f"the file {path} cannot be read: {reason}", "correct it") from None
