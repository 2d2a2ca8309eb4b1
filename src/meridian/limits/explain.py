"""What the limits of a user or a client are, and why: each limit they meet, what it comes to, one sentence. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from meridian.config.schema.base import duration
from meridian.config.schema.root import Config
from meridian.core.risk import Risk
from meridian.limits.applies import ORDER, Met, met, section
from meridian.limits.names import region_of
from meridian.limits.quota import Quota, quota
from meridian.limits.settings import Key, Limits, Policy
from meridian.limits.state import NO_STATE, LimitsState


@dataclass(frozen=True, slots=True)
class Who:
    """Someone whose limits are asked for. user: empty for one who has not signed in. client: an address, or the IPv6 prefix that
    counts as one (see `names.client_of`). region: left out, the one that serves the country."""

    user: str = ""
    tier: str = ""
    risk: Risk = Risk.LOW
    client: str = ""
    country: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one limit comes to. counted: who or what has the counter, empty where that is not known. override: whether an operator
    chose the rate. sentence: "chat: 200 per 1m: 100, times 2 for tier premium"."""

    name: str
    policy: Policy
    quota: Quota
    counted: str
    override: bool
    sentence: str


def explain(
    config: Config, who: Who, action: str = "", state: LimitsState = NO_STATE
) -> tuple[Standing, ...]:
    """The limits that `who` meets with an action, or with any; in the order in which they are asked."""
    limits = section(config)
    signed_in = bool(who.user or who.tier)
    found = in_turn(limits, action, signed_in) if action else _every(limits, signed_in)
    return tuple(_standing(config, limits, each, who, state) for each in found)


def in_turn(limits: Limits, action: str, signed_in: bool = True) -> Iterator[Met]:
    """Every limit of an action's requests: those that the edge counts in their order, then the exact ones, asked last."""
    found = tuple(met(limits, limits.actions[action].feature, action, signed_in))
    yield from (each for each in found if each.policy.scope == "edge")
    yield from (each for each in found if each.policy.scope == "exact")


def _every(limits: Limits, signed_in: bool) -> Iterator[Met]:
    for key in ORDER:
        for name, policy in limits.policies.items():
            if policy.key == key and (signed_in or key not in ("burst", "user")):
                yield Met(name, policy)


def _standing(config: Config, limits: Limits, found: Met, who: Who, state: LimitsState) -> Standing:
    policy = found.policy
    counted = _counted(config, who)[policy.key]
    chosen = _overrides(who, policy.key, state).get(found.name, 0)
    amount = quota(limits, policy, who.tier, who.risk, counted, chosen)
    why = _why(limits, policy, who, counted, chosen)
    notes = [note for note in (why, _how(policy)) if note]
    sentence = ": ".join([f"{found.name}: {said(amount)}", *notes])
    return Standing(found.name, policy, amount, counted, bool(chosen), sentence)


def _counted(config: Config, who: Who) -> Mapping[Key, str]:
    region = who.region or (region_of(config, who.country) if who.country else "")
    return {
        "burst": who.user,
        "user": who.user,
        "client": who.client,
        "address": who.client,
        "country": who.country,
        "region": region,
    }


def _overrides(who: Who, key: Key, state: LimitsState) -> Mapping[str, int]:
    if key in ("burst", "user"):
        return state.users.get(who.user, {})
    return state.clients.get(who.client, {}) if key in ("client", "address") else {}


def said(quota: Quota) -> str:
    """As people say it: "100 per 1m", or "20 per 2s, 160 at once"."""
    at_once = f", {quota.burst} at once" if quota.burst != quota.rate else ""
    return f"{quota.rate} per {duration(quota.window)}{at_once}"


def _why(limits: Limits, policy: Policy, who: Who, counted: str, chosen: int) -> str:
    if chosen:
        whose = "user" if policy.key in ("burst", "user") else "client"
        return f"an operator's choice for this {whose}, instead of {policy.rate}"
    base = policy.each.get(counted, policy.rate)
    factors = list(_factors(limits, policy, who))
    parts = [str(base), *factors] if factors else []
    if counted in policy.each:
        parts = [*(parts or [str(base)]), f"which {counted} has of its own"]
    return ", ".join(parts)


def _factors(limits: Limits, policy: Policy, who: Who) -> Iterator[str]:
    tier = limits.tiers.get(who.tier, 1.0) if policy.multiplied_by_tier else 1.0
    if tier != 1.0:
        yield f"times {tier:g} for tier {who.tier}"
    risk = limits.risk.get(who.risk, 1.0) if policy.multiplied_by_risk else 1.0
    if risk != 1.0:
        yield f"times {risk:g} for {who.risk} risk"


def _how(policy: Policy) -> str:
    if policy.shadow:
        return "a shadow, counted and never enforced"
    if policy.scope == "exact":
        return f"exact, and {policy.on_failure} while its counters do not answer"
    return ""
