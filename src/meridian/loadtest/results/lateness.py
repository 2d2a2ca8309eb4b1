"""When a second of the load generator counts as late."""

from meridian.loadtest.record import Latencies, Second

LAG_MS = 10.0
"""A second whose requests went out later than this, at their 99th percentile, is late: it would add a tenth to an answer of
100 ms."""
BEAT_MS = 100.0
"""A second in which the generator's clockwork stood still for longer is late: answers that came meanwhile were read too
late."""
TOLERATED = 0.01
"""Share of the seconds outside warm-up that may be late: a tail at the 99th percentile is then still the target's."""


def lag_ms(second: Second) -> float:
    """The 99th percentile of the delay with which requests were handed over, in milliseconds; 0 without any."""
    return Latencies(second.lag).ms(0.99) or 0.0


def late(second: Second) -> bool:
    if second.sent < second.due or second.trouble:
        return True
    return second.beat > BEAT_MS * 1000 or lag_ms(second) > LAG_MS


def too_many(late: int, seconds: int) -> bool:
    """One late second is forgiven however short the run is: a machine that does something else once must not spoil every
    short test."""
    return late > max(1, int(TOLERATED * seconds))
