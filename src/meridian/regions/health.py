"""How a region is: what its edges see of every service in every location. Pure, from the edges' last reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from meridian.config.schema.root import Config
from meridian.core.decision import clip
from meridian.envoy.report import EdgeReport, HostHealth
from meridian.regions.names import region_name

Status = Literal["healthy", "degraded", "down", "unknown"]
Reports = Mapping[str, Sequence[EdgeReport]]


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """One service in one location. healthy and total: instances, as the best informed edge sees them. reason: of one that is
    not healthy."""

    service: str
    location: str
    healthy: int
    total: int
    since: str
    reason: str

    @property
    def up(self) -> bool:
        return self.healthy > 0


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
    services = _services(config, heard, name)
    draining = {
        location: drains[location] for location in config.regions[name].locations if location in drains
    }
    status, sentence = _judged(name, heard, services)
    if draining and status != "unknown":
        sentence = (
            f"{sentence}; {', '.join(f'{share:.0%} of {place} drained' for place, share in draining.items())}"
        )
    return RegionHealth(name, status, clip(sentence), len(heard), services, draining)


def down(config: Config, reports: Reports, service: str = "") -> frozenset[str]:
    """The locations whose own edge sees no healthy instance, of one service or of any. Those nobody reports on count as up."""
    found: set[str] = set()
    for name in config.regions:
        seen: dict[str, list[bool]] = {}
        for each in _services(config, reports.get(name, ()), name):
            if not service or each.service == service:
                seen.setdefault(each.location, []).append(each.up)
        found.update(location for location, ups in seen.items() if not any(ups))
    return frozenset(found)


def regions_away(config: Config, away: frozenset[str]) -> frozenset[str]:
    """The regions of which every location is in `away`."""
    return frozenset(name for name, region in config.regions.items() if set(region.locations) <= away)


def _services(config: Config, reports: Sequence[EdgeReport], region: str) -> tuple[ServiceHealth, ...]:
    """Instances stand in several clusters, and several edges look at them; an instance is healthy if anyone reaches it."""
    own = config.regions[region].locations
    hosts: dict[tuple[str, str], dict[str, HostHealth]] = {}
    for report in reports:
        for host in report.health:
            service = host.cluster.partition("@")[0]
            if host.location not in own or service not in config.services:
                continue
            known = hosts.setdefault((service, host.location), {})
            if not (before := known.get(host.address)) or not before.healthy:
                known[host.address] = host
    return tuple(
        _service(service, location, list(seen.values()))
        for (service, location), seen in sorted(hosts.items())
    )


def _service(service: str, location: str, hosts: Sequence[HostHealth]) -> ServiceHealth:
    ill = [host for host in hosts if not host.healthy]
    since = max((host.since for host in (ill or hosts)), default="")
    return ServiceHealth(
        service, location, len(hosts) - len(ill), len(hosts), since, ill[0].reason if ill else ""
    )


def _judged(
    region: str, reports: Sequence[EdgeReport], services: Sequence[ServiceHealth]
) -> tuple[Status, str]:
    if not reports:
        return "unknown", f"{region}: none of its edges reported in the last 10 seconds"
    live = [report for report in reports if report.envoy == "live"]
    if not live:
        return "down", f"{region}: none of its {len(reports)} edges is live"
    nowhere = sorted({s.service for s in services} - {s.service for s in services if s.up})
    if nowhere:
        return "down", f"{region}: {', '.join(nowhere)} is up nowhere"
    ill = [each for each in services if each.healthy < each.total]
    if ill:
        first = ill[0]
        more = f" and {len(ill) - 1} more" if len(ill) > 1 else ""
        return (
            "degraded",
            f"{region}: {first.service} in {first.location} has {first.healthy} of {first.total} up{more}",
        )
    return "healthy", f"{region}: all {len(services)} services are up in every location"
