"""Writing the files of a world: whole or not at all, and secrets for the owner only."""

import os
import secrets
from pathlib import Path


def write_text(path: Path, text: str, mode: int = 0o644) -> None:
    """Replaces the file in one step, so that a reader sees the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
    except (OSError, ValueError):
        fresh.unlink(missing_ok=True)
        raise


def write_secret(path: Path, text: str) -> None:
    write_text(path, text, 0o600)


def kept_secret(path: Path) -> str:
    """The secret in this file; made when there is none yet, so that it survives restarts."""
    if path.exists():
        return path.read_text().strip()
    secret = secrets.token_urlsafe(32)
    write_secret(path, secret + "\n")
    return secret
