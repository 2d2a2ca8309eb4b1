"""Can those that stay carry what a drain takes away? Pure.

Two questions: does every user still have a location for every feature, inside residency; and do the locations that take over have
the capacity for it. What cannot be known is said, and refuses nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from meridian.config.schema.root import Config
from meridian.regions.policy import allowed, get_failover_order, region_chain, targets

NAMED = 3
"""Features named in a sentence before it says "..."."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """objections: what would be lost, a sentence each; empty where the survivors carry it. unknown: what could not be checked.
    carriers: location -> requests per second that it would serve after, where known."""

    objections: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    carriers: Mapping[str, float] | None = None

    @property
    def carried(self) -> bool:
        return not self.objections


def verdict(
    config: Config, drained: Collection[str], away: Collection[str], rates: Mapping[str, float | None]
) -> Verdict:
    """drained: locations to be drained. away: locations that serve nothing already (down, or drained before).
    rates: region -> requests per second of its users now, None where unknown."""
    objections = [
        _stranded(user, lost) for user in config.regions if (lost := stranded(config, user, drained, away))
    ]
    overloaded, unknown, carriers = _load(config, drained, away, rates)
    return Verdict((*objections, *overloaded), unknown, carriers)


def stranded(config: Config, user: str, drained: Collection[str], away: Collection[str]) -> tuple[str, ...]:
    """The features that users of a region could use until now and then could not, by at least one of their targets."""
    found = []
    for feature in config.features:
        for target in targets(config, feature, user):
            left = set(get_failover_order(config, feature, user, target)) - set(away)
            if left and not left - set(drained):
                found.append(feature)
                break
    return tuple(found)


def _stranded(user: str, lost: tuple[str, ...]) -> str:
    named = ", ".join(lost[:NAMED]) + (", ..." if len(lost) > NAMED else "")
    count = f"{len(lost)} feature{'s' if len(lost) > 1 else ''}"
    return f"users of {user} would have nowhere to go for {count} ({named})"


def _load(
    config: Config, drained: Collection[str], away: Collection[str], rates: Mapping[str, float | None]
) -> tuple[tuple[str, ...], tuple[str, ...], Mapping[str, float]]:
    """What is too much for whom, what is unknown, and the rate of each location that takes something over."""
    before = {region: _serving(config, region, away) for region in config.regions}
    after = {region: _serving(config, region, {*away, *drained}) for region in config.regions}
    takers = {new for region, new in after.items() if new and new != before[region]}
    carriers: dict[str, float] = {}
    overloaded, unknown = [], []
    for taker in sorted(takers):
        served = [region for region, location in after.items() if location == taker]
        missing = [region for region in served if rates.get(region) is None]
        rate, capacity = sum(rates.get(region) or 0.0 for region in served), config.locations[taker].capacity
        if not missing:
            carriers[taker] = rate
        if (
            capacity is None
        ):  # then there is nothing to hold the rate against, and it was perhaps not even measured
            unknown.append(f"the capacity of {taker} is not configured (locations.{taker}.capacity)")
            continue
        if missing:
            unknown.append(f"the present rate of {', '.join(missing)} is not known")
        if rate > capacity:
            overloaded.append(f"{taker} would get {rate:.0f} requests/s and holds {capacity:g}")
    return tuple(overloaded), tuple(dict.fromkeys(unknown)), carriers


def _serving(config: Config, region: str, away: Collection[str]) -> str:
    """The location that serves a region's own users, or empty."""
    inside = allowed(config, config.regions[region].residency)
    return next((each for each in region_chain(config, region) if each in inside and each not in away), "")
