"""Which region a client does best to send a feature's requests to: healthy, allowed by residency, then fastest. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from meridian.config.schema.root import Config
from meridian.core.decision import clip
from meridian.regions.latency.histogram import Measured
from meridian.regions.names import feature_name
from meridian.regions.policy import (
    NO_PREFERENCES,
    Facts,
    Preferences,
    get_failover_order,
    route_region,
    target_region,
    targets,
)
from meridian.regions.settings import Routing


@dataclass(frozen=True, slots=True)
class OptimalAnswer:
    """region: where to send this feature's requests; empty where no allowed region is up. fallbacks: the other allowed regions
    that are up, the best first. chain: the locations that may serve it there. measured: region -> milliseconds of the caller's
    own network."""

    feature: str
    user_region: str
    region: str
    why: str
    fallbacks: tuple[str, ...]
    chain: tuple[str, ...]
    measured: Mapping[str, float]


def choose(
    config: Config,
    facts: Facts,
    feature: str,
    *,
    preferences: Preferences = NO_PREFERENCES,
    network: Mapping[str, Measured] | None = None,
    away: Collection[str] = (),
) -> OptimalAnswer:
    """network: what the caller's own network measured. away: locations that are down or drained. Raises NotFound.

    The country's preference counts, unless the caller's own network has measured enough and another region is clearly faster
    from there; a region where nothing that may serve the feature is up does not count at all."""
    name = feature_name(config, feature)
    user = route_region(config, facts).region
    usual = target_region(config, name, user, facts.country, preferences)
    routing = config.section(Routing)
    enough = {region: m for region, m in (network or {}).items() if m.samples >= routing.min_samples}
    able = [region for region in targets(config, name, user) if _up(config, name, user, region, away)]
    ranked = sorted(
        able, key=lambda region: (region != usual, enough[region].median if region in enough else 1e9)
    )
    why = f"{usual}, as the policy has it"
    if usual not in able:
        why = (
            f"{ranked[0]}, as {usual} is down"
            if ranked
            else f"nowhere: no location that may serve {name} is up"
        )
    elif (better := _better(routing, usual, ranked, enough)) and better != usual:
        ranked.sort(key=lambda region: region != better)
        why = (
            f"{better} ({enough[better].median:.0f} ms) instead of {usual} ({enough[usual].median:.0f} ms), "
            "as the client's network measured"
        )
    elif preferences != NO_PREFERENCES and usual != target_region(config, name, user, facts.country):
        why = f"{usual}, the fastest measured from {facts.country}"
    best, *others = ranked or [""]
    chain = get_failover_order(config, name, user, best or usual)
    measured = {region: value.median for region, value in sorted(enough.items())}
    return OptimalAnswer(name, user, best, clip(f"{name} -> {why}"), tuple(others), chain, measured)


def _up(config: Config, feature: str, user: str, target: str, away: Collection[str]) -> bool:
    return any(location not in away for location in get_failover_order(config, feature, user, target))


def _better(routing: Routing, usual: str, able: Collection[str], measured: Mapping[str, Measured]) -> str:
    """The region that this network clearly reaches faster than the usual one, or empty."""
    if usual not in measured:
        return ""
    bar = measured[usual].median - max(routing.margin * 1000, routing.margin_ratio * measured[usual].median)
    faster = [(measured[region].median, region) for region in able if region in measured]
    return min(((ms, region) for ms, region in faster if ms <= bar), default=(0.0, ""))[1]
