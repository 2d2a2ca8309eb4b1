"""Ranges as people name them: 1h, 24h, 7d, 30d."""

from datetime import datetime, timedelta

from meridian.core.errors import InvalidInput

SPANS = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
DEFAULT = "1h"


def span(
    range: str, since: datetime | None, until: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    """Either a named range up to now, or `since` (and `until`, left out: now). Raises InvalidInput."""
    if since is None and until is None:
        name = range or DEFAULT
        if name not in SPANS:
            raise InvalidInput(
                f"there is no range {name[:20]!r}", f"use one of {', '.join(SPANS)}, or `since`"
            )
        return now - SPANS[name], now
    if range:
        raise InvalidInput(
            "both a range and its ends are given", "give either `range`, or `since` and `until`"
        )
    if since is None:
        raise InvalidInput("the range has an end and no beginning", "add `since`")
    for name, at in (("since", since), ("until", until)):
        if at is not None and at.tzinfo is None:
            raise InvalidInput(f"`{name}` has no time zone", "write it as 2030-01-31T12:00:00Z")
    return since, until or now
