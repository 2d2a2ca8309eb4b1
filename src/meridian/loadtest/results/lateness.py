"""When a second of the load generator counts as late, and how much of a run it may spoil."""

from meridian.loadtest.record import Latencies, Second
from meridian.loadtest.record.latencies import MICROSECONDS

LAG_MS = 10.0
"""A second whose requests went out later than this, at their 99th percentile, is late: it would add a tenth to an answer of
100 ms."""
BEAT_MS = 100.0
"""A second in which the generator's clockwork stood still for longer is late: answers that came meanwhile were read too
late."""
TOLERATED = 0.01
"""Share of the requests outside warm-up that may be spoilt: up to there the 99th percentile is still the target's."""


def lag_ms(second: Second) -> float:
    """The 99th percentile of the delay with which requests were handed over, in milliseconds; 0 without any."""
    return Latencies(second.lag).ms(0.99) or 0.0


def late(second: Second) -> bool:
    if second.sent < second.due or second.trouble:
        return True
    return second.beat > BEAT_MS * 1000 or lag_ms(second) > LAG_MS


def spoilt(second: Second) -> int:
    """How many requests due in it the generator did not send, sent too late, or may have kept waiting unread."""
    behind = sum(n for place, n in second.lag.items() if MICROSECONDS.middle(place) > LAG_MS * 1000)
    unread = min(second.beat / 1e6, 1.0) * second.due if second.beat > BEAT_MS * 1000 else 0.0
    return second.due - second.sent + max(behind, round(unread))


def too_many(spoilt: int, due: int) -> bool:
    return spoilt > TOLERATED * due
