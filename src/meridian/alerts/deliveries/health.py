"""Whether a channel gets notices through. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from meridian.integrations.outgoing import Outcome

FAILURES = 3
MINUTE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Health:
    """failures: in a row. dead_since: since then the channel counts as dead, and the others are told. paused_until: the receiver
    asked for a pause. sent_at: when something last got through. answer: what was last said."""

    failures: int = 0
    failing_since: datetime | None = None
    dead_since: datetime | None = None
    paused_until: datetime | None = None
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    answer: str = ""

    @property
    def state(self) -> str:
        """ "working", "failing", "dead", or "unused" where nothing was ever sent."""
        if self.dead_since:
            return "dead"
        if self.failures:
            return "failing"
        return "working" if self.sent_at else "unused"


def after(health: Health, outcome: Outcome, now: datetime) -> Health:
    """Dead is a channel that failed three times in a row over at least a minute, and one that refused a notice: that notice is
    lost, and the next one will be. It is alive again with the first notice that gets through."""
    if outcome.result == "sent":
        return Health(sent_at=now, answered_at=now, answer=outcome.said)
    since = health.failing_since or now
    failures = health.failures + 1
    dead = outcome.result == "refused" or (failures >= FAILURES and now - since >= MINUTE)
    return replace(
        health,
        failures=failures,
        failing_since=since,
        dead_since=health.dead_since or (now if dead else None),
        paused_until=now + timedelta(seconds=outcome.wait) if outcome.wait else health.paused_until,
        answered_at=now,
        answer=outcome.said,
    )
