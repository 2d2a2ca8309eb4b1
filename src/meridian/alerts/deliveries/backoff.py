"""How long to wait before a notice is sent again. Pure."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from meridian.core.backoff import backoff, spread

FIRST, LONGEST = 1.0, 60.0
OBEYED = 900.0
"""Seconds: the longest that a receiver's Retry-After is obeyed. Who answers more is tried again then."""


def pause(attempts: int, chance: float) -> float:
    """Seconds after so many attempts: about 1, 2, 4 ... up to 60. chance: between 0 and 1; spreads what failed together, over
    half of the time ("equal jitter", so that it is never at once)."""
    return spread(backoff(max(attempts, 1), FIRST, LONGEST), chance)


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for, either as seconds or as a date (RFC 9110, 10.2.3); bounded. None where it says
    nothing that can be understood."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), OBEYED)
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), OBEYED)
