"""Moments as people and shells write them."""

from datetime import UTC, datetime

from meridian.core.errors import InvalidInput


def moment_of(text: str) -> datetime:
    """Of an ISO 8601 time; without a zone it is UTC. Raises InvalidInput."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{text[:60]!r} is no time", "write it as 2026-11-22T18:00:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
