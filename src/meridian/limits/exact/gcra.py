"""The generic cell rate algorithm: a token bucket kept as one moment, with the time given. Pure.

The method is that of ATM traffic policing (ITU-T I.371, 1996; ATM Forum Traffic Management 4.0), which rate limiters for HTTP
took up. A bucket is its *theoretical arrival time*: the moment at which it will be full again. A request moves that moment on by
one interval, and passes if it then lies no further ahead than an empty bucket takes to fill.

Times are whole microseconds since 1970: integers, so that Python and Redis (whose numbers are doubles, exact up to 2^53) come to
the very same result. An interval is rounded up, so rounding never admits more than a limit says; a limit counts no finer than a
million a second.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from meridian.limits.quota import Quota

SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """interval: microseconds that one request costs. refill: microseconds in which an empty bucket fills."""

    interval: int
    refill: int


def pace(quota: Quota) -> Pace:
    interval = max(1, math.ceil(quota.window * SECOND / quota.rate))
    return Pace(interval, interval * quota.burst)


def ahead(tat: int, pace: Pace, now: int) -> int:
    """Microseconds until the bucket is full. Never more than an empty one takes, which bounds what a shortened window or a clock
    that went back can do."""
    left = tat - now
    if left <= 0:
        return 0
    return left if left < pace.refill else pace.refill


def after(tat: int, pace: Pace, hits: int, now: int) -> int | None:
    """The arrival time once `hits` requests have passed; None where they do not fit."""
    moved = ahead(tat, pace, now) + hits * pace.interval
    return now + moved if moved <= pace.refill else None


def charged(tats: Sequence[int], paces: Sequence[Pace], hits: Sequence[int], now: int) -> list[int] | None:
    """All of them together, or None: a request that one limit refuses takes nothing from the others."""
    moved = []
    for tat, each, count in zip(tats, paces, hits, strict=True):
        then = after(tat, each, count, now)
        if then is None:
            return None
        moved.append(then)
    return moved


def retry(tat: int, pace: Pace, hits: int, now: int) -> float:
    """Seconds until `hits` requests would pass; infinite when that is more than the bucket ever holds."""
    cost = hits * pace.interval
    if cost > pace.refill:
        return math.inf
    return max(0, ahead(tat, pace, now) + cost - pace.refill) / SECOND
