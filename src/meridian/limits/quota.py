"""What one limit comes to for one request: how many, how fast they come back. Pure."""

from dataclasses import dataclass

from meridian.core.risk import Risk
from meridian.limits.settings import Limits, Policy


@dataclass(frozen=True, slots=True)
class Quota:
    """rate: requests in each window. window: seconds. burst: requests at once, after a pause.

    It is a token bucket: it holds `burst`, each request takes one, and `rate / window` come back each second. In any stretch of
    `t` seconds at most `burst + t * rate / window` requests pass."""

    rate: int
    window: float
    burst: int

    @property
    def interval(self) -> float:
        """Seconds until one more request is due."""
        return self.window / self.rate

    @property
    def refill(self) -> float:
        """Seconds in which an empty bucket fills."""
        return self.burst * self.interval


def factor(limits: Limits, policy: Policy, tier: str, risk: Risk) -> float:
    """By how much a user's tier and risk multiply a limit."""
    by_tier = limits.tiers.get(tier, 1.0) if policy.multiplied_by_tier else 1.0
    by_risk = limits.risk.get(risk, 1.0) if policy.multiplied_by_risk else 1.0
    return by_tier * by_risk


def quota(
    limits: Limits, policy: Policy, tier: str = "", risk: Risk = Risk.LOW, value: str = "", rate: int = 0
) -> Quota:
    """value: the country or region that is counted. rate: an operator's own choice for this user, which nothing multiplies.

    A factor never brings a limit below one request."""
    base = policy.each.get(value, policy.rate)
    times = 1.0 if rate else factor(limits, policy, tier, risk)
    amount = rate or _times(base, times)
    if policy.burst is None:
        return Quota(amount, policy.window, amount)
    return Quota(amount, policy.window, max(1, int(policy.burst * amount / policy.rate + 0.5)))


def _times(amount: int, factor: float) -> int:
    """Rounded down, but for what floating point leaves: 10 * 0.1 is 1."""
    return max(1, int(amount * factor + 1e-9))
