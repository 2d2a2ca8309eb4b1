"""Very many token buckets, in place: the same as `limits.bucket`, several times as fast, and never more than so many.

A bucket that was not used for long is forgotten, which is as if it had filled up. Two generations instead of a list in the
order of use: whatever was used since the last change of generations survives the next one.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from meridian.limits.pricing import CREDITS, price_of
from meridian.limits.quota import Quota


@dataclass(frozen=True, slots=True)
class Pace:
    """speed: credits that come back each second. price: of one request."""

    speed: float
    price: float

    @classmethod
    def of(cls, quota: Quota, weight: float = 1.0) -> "Pace":
        """weight: requests that one stands for, where only a sample is there. One always fits into a full bucket."""
        return cls(CREDITS / quota.refill, min(float(CREDITS), max(1, price_of(quota)) * weight))


class Buckets:
    """most: buckets held."""

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._young: dict[Hashable, tuple[float, float]] = {}
        self._old: dict[Hashable, tuple[float, float]] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def fits(self, key: Hashable, pace: Pace, now: float, hits: int = 1) -> bool:
        """Whether `take` would be paid."""
        return pace.price * hits <= self._there(key, pace, now)[0]

    def take(self, key: Hashable, pace: Pace, now: float, hits: int = 1) -> bool:
        """Pays for all hits, or for none. now: seconds of any clock; one that went back gives nothing."""
        there, at = self._there(key, pace, now)
        cost = pace.price * hits
        paid = cost <= there
        self._young[key] = (there - cost if paid else there, at)
        if len(self._young) >= self._half:
            self._young, self._old = {}, self._young
        return paid

    def _there(self, key: Hashable, pace: Pace, now: float) -> tuple[float, float]:
        """Credits, and the moment they are of."""
        bucket = self._young.get(key) or self._old.get(key)
        if bucket is None:
            return float(CREDITS), now
        credits, at = bucket
        if now <= at:
            return credits, at
        filled = credits + (now - at) * pace.speed
        return (filled if filled < CREDITS else float(CREDITS)), now
