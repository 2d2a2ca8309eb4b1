"""Every rate and burst can be counted as it is written, for every tier and risk.

An edge counts in credits, a billion to a bucket, and each limit has one time in which its bucket fills (see `pricing`). So a
burst in the millions is inexact, and one that is rounded to whole requests, for some tier or risk, would change the rate.
"""

from collections.abc import Iterator
from itertools import product

from meridian.config.schema.base import duration
from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.core.risk import Risk
from meridian.limits.applies import section
from meridian.limits.bucket import admits
from meridian.limits.pricing import CREDITS
from meridian.limits.quota import Quota, quota
from meridian.limits.settings import Limits, Policy

INEXACT = 0.001
"""The largest error of a burst, as a share of it."""
UNEVEN = 0.05
"""The largest error of a rate, as a share of it."""
QUICKEST = 0.05
"""Seconds: Envoy's shortest time in which a bucket fills."""
FASTEST = 1_000_000.0
"""Requests a second: the finest that exact counters count."""


def check(config: Config) -> Iterator[Finding]:
    limits = section(config)
    for name, policy in limits.policies.items():
        path = ("limits", "policies", name)
        if policy.scope == "exact":
            yield from _exact(path, limits, policy)
        else:
            yield from _edge(path, limits, policy)


def _exact(path: tuple[str, ...], limits: Limits, policy: Policy) -> Iterator[Finding]:
    highest = max(each.rate / each.window for _, each in _all(limits, policy))
    if highest > FASTEST:
        yield Finding(
            (*path, "rate"), f"{highest:.0f} a second is too many to count exactly", "lower the rate"
        )


def _edge(path: tuple[str, ...], limits: Limits, policy: Policy) -> Iterator[Finding]:
    if policy.on_failure == "deny":
        yield Finding(
            (*path, "on_failure"), "an edge's own counters cannot fail", "remove it, or write `scope: exact`"
        )
    at = (*path, "rate" if policy.burst is None else "burst")
    base = quota(limits, policy)
    if base.refill < QUICKEST:
        what = f"a burst of {base.burst} is back in {base.refill * 1000:.2g}ms, and an edge counts no finer than 50ms"
        yield Finding(at, what, "raise the burst, or leave it out")
        return
    for whom, each in _all(limits, policy):
        if found := objection(base, each, whom):
            yield Finding(at, *found)
            return


def objection(base: Quota, each: Quota, whom: str = "") -> tuple[str, str] | None:
    """Why an edge cannot count `each`, and what to do about it; None where it can.

    base: what the limit comes to for everyone else; its bucket fills in that time whatever a request costs. whom: as a part of
    the sentence."""
    if each.burst > CREDITS or abs(admits(each) / each.burst - 1) > INEXACT:
        got = f"{admits(each)} would be let through" if each.burst <= CREDITS else "it is more than a billion"
        return f"{each.burst} at once{whom} cannot be counted exactly ({got})", "lower it to a million"
    if abs(each.refill / base.refill - 1) > UNEVEN:
        got = f"{each.burst / base.refill * each.window:.1f} through each {duration(each.window)}"
        what = f"a burst of {each.burst} is too small to divide{whom}: an edge would let {got} instead of {each.rate}"
        return what, "raise the burst, or leave it out"
    return None


def _all(limits: Limits, policy: Policy) -> Iterator[tuple[str, Quota]]:
    """What the limit comes to for every tier, risk, country and region, and for whom, as a part of a sentence."""
    tiers = ["", *limits.tiers] if policy.multiplied_by_tier else [""]
    risks = [Risk.LOW, *limits.risk] if policy.multiplied_by_risk else [Risk.LOW]
    for tier, risk, value in product(tiers, dict.fromkeys(risks), ["", *policy.each]):
        words = [f"tier {tier}" if tier else "", f"{risk} risk" if risk != Risk.LOW else "", value]
        whom = " and ".join(word for word in words if word)
        yield f" for {whom}" if whom else "", quota(limits, policy, tier, risk, value)
