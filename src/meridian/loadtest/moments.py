"""Moments as people and shells write them."""

from datetime import UTC, datetime, timedelta

from meridian.core.errors import InvalidInput

LONGEST_WAIT = timedelta(hours=24)
"""From now on, until a run begins: whoever prepares it waits all that time."""


def moment_of(text: str) -> datetime:
    """Of an ISO 8601 time; without a zone it is UTC. Raises InvalidInput."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{text[:60]!r} is no time", "write it as 2026-11-22T18:00:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def start_of(text: str, now: datetime) -> datetime:
    """When a run is to begin. Raises InvalidInput for what is no time, is over, or is too far ahead."""
    moment = moment_of(text)
    if moment < now:
        raise InvalidInput(f"{text[:60]} is over", "give a moment in the future")
    require_near(moment.timestamp(), now)
    return moment


def require_near(start: float, now: datetime) -> None:
    """start: seconds since 1970. Raises InvalidInput where nobody should wait for it."""
    if start - now.timestamp() > LONGEST_WAIT.total_seconds():
        hours = LONGEST_WAIT.total_seconds() / 3600
        raise InvalidInput(
            f"the start is more than {hours:.0f} hours ahead, and the run would wait all that time",
            "give the command later",
        )
