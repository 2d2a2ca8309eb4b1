"""Very many token buckets, in place: the same as `limits.bucket`, several times as fast, and never more than so many.

A bucket that was not used for long is forgotten, which is as if it had filled up. Two generations instead of a list in the
order of use: whatever was used since the last change of generations survives the next one.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from meridian.limits.pricing import CREDITS, price_of
from meridian.limits.quota import Quota

_FULL = float(CREDITS)


@dataclass(frozen=True, slots=True)
class Pace:
    """speed: credits that come back each second. price: of one request."""

    speed: float
    price: float

    @classmethod
    def of(cls, quota: Quota, weight: float = 1.0) -> "Pace":
        """weight: requests that one stands for, where only a sample is there. One always fits into a full bucket."""
        return cls(CREDITS / quota.refill, min(_FULL, price_of(quota) * weight))


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
        credits, at = self._young.get(key) or self._old.get(key) or (_FULL, now)
        return pace.price * hits <= min(_FULL, credits + max(0.0, now - at) * pace.speed)

    def take(self, key: Hashable, pace: Pace, now: float, hits: int = 1) -> bool:
        """Pays for all hits, or for none. now: seconds of any clock; one that went back gives nothing."""
        young = self._young
        credits, at = young.get(key) or self._old.get(key) or (_FULL, now)
        if now > at:
            credits += (now - at) * pace.speed
            if credits > _FULL:
                credits = _FULL
            at = now
        cost = pace.price * hits
        paid = cost <= credits
        young[key] = (credits - cost, at) if paid else (credits, at)
        if len(young) >= self._half:
            self._young, self._old = {}, young
        return paid
