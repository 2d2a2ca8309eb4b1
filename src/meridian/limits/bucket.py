"""A token bucket as the edges keep it, with the time given: for promises, for replaying recorded traffic, and for tests. Pure.

Like the edge's, it holds credits and not requests (see `pricing`): when its quota changes, what is left keeps its proportion.
"""

from dataclasses import dataclass

from meridian.limits.pricing import CREDITS, price_of
from meridian.limits.quota import Quota


@dataclass(frozen=True, slots=True)
class Bucket:
    """credits: left at the time `at`, in seconds of any clock. A new one is full."""

    credits: float = CREDITS
    at: float = 0.0


FULL = Bucket()


@dataclass(frozen=True, slots=True)
class Taken:
    """bucket: afterwards. remaining: requests that would pass now. reset: seconds until it is full again. retry_after: seconds
    until as many requests would pass as were asked for; 0 when they did, and infinite when that is more than it ever holds."""

    bucket: Bucket
    admitted: bool
    remaining: int
    reset: float
    retry_after: float


def admits(quota: Quota) -> int:
    """Requests at once that a full bucket pays for: `quota.burst`, or a few less where credits cannot be divided so finely."""
    return CREDITS // price_of(quota)


def take(bucket: Bucket, quota: Quota, now: float, hits: int = 1) -> Taken:
    """Pays for `hits` requests at once, or for none of them. A clock that went back gives nothing."""
    speed = CREDITS / quota.refill
    there = min(float(CREDITS), bucket.credits + max(0.0, now - bucket.at) * speed)
    price = price_of(quota)
    cost = price * hits
    admitted = cost <= there
    left = there - cost if admitted else there
    missing = 0.0 if admitted else float("inf") if cost > CREDITS else (cost - there) / speed
    at = max(bucket.at, now)
    return Taken(Bucket(left, at), admitted, int(left // price), (CREDITS - left) / speed, missing)
