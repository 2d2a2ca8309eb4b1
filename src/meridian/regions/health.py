"""How a region is: what its edges see of every service in every location. Pure, from the edges' last reports."""

from collections.abc import Mapping
from dataclasses import dataclass

from meridian.config.schema.root import Config
from meridian.core.decision import clip
from meridian.regions.names import region_name
from meridian.telemetry.health import Reports, ServiceHealth, Status, judged, services


@dataclass(frozen=True, slots=True)
class RegionHealth:
    """status: healthy (everything up), degraded (each service is up somewhere), down (some service is up nowhere), or unknown
    (no edge of the region reported in the last 10 seconds). edges: how many did. draining: location -> share taken away."""

    region: str
    status: Status
    sentence: str
    edges: int
    services: tuple[ServiceHealth, ...]
    draining: Mapping[str, float]


def check(config: Config, reports: Reports, drains: Mapping[str, float], region: str) -> RegionHealth:
    """Raises NotFound for an unknown region."""
    name = region_name(config, region)
    heard = reports.get(name, ())
    found = services(config, heard, name)
    draining = {
        location: drains[location] for location in config.regions[name].locations if location in drains
    }
    status, sentence = judged(name, heard, found)
    if draining and status != "unknown":
        sentence = (
            f"{sentence}; {', '.join(f'{share:.0%} of {place} drained' for place, share in draining.items())}"
        )
    return RegionHealth(name, status, clip(sentence), len(heard), found, draining)


def down(config: Config, reports: Reports, service: str = "") -> frozenset[str]:
    """The locations whose own edge sees no healthy instance, of one service or of any. Those nobody reports on count as up."""
    found: set[str] = set()
    for name in config.regions:
        seen: dict[str, list[bool]] = {}
        for each in services(config, reports.get(name, ()), name):
            if not service or each.service == service:
                seen.setdefault(each.location, []).append(each.up)
        found.update(location for location, ups in seen.items() if not any(ups))
    return frozenset(found)


def regions_away(config: Config, away: frozenset[str]) -> frozenset[str]:
    """The regions of which every location is in `away`."""
    return frozenset(name for name, region in config.regions.items() if set(region.locations) <= away)
