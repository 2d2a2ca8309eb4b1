"""How every service in every location is, as the edges' last reports say it: for health, gauges and the live view. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from meridian.config.schema.root import Config
from meridian.envoy.report import EdgeReport, HostHealth

Status = Literal["healthy", "degraded", "down", "unknown"]
Reports = Mapping[str, Sequence[EdgeReport]]
"""Region -> the last report of each of its edges that reported lately."""


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


def services(config: Config, reports: Sequence[EdgeReport], region: str) -> tuple[ServiceHealth, ...]:
    """Of a region's own locations. Instances stand in several clusters, and several edges look at them; an instance is healthy if
    anyone reaches it."""
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


def judged(
    region: str, reports: Sequence[EdgeReport], services: Sequence[ServiceHealth]
) -> tuple[Status, str]:
    """How the region is as a whole, and a sentence that says why."""
    if not reports:
        return "unknown", f"{region}: none of its edges reported in the last 10 seconds"
    live = [report for report in reports if report.envoy == "live"]
    if not live:
        return "down", f"{region}: none of its {len(reports)} edges is live"
    nowhere = sorted({s.service for s in services} - {s.service for s in services if s.up})
    if nowhere:
        return "down", f"{region}: {', '.join(nowhere)} is up nowhere"
    if wrong := _wrong(services):
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        return "degraded", f"{region}: {wrong[0]}{more}"
    return "healthy", f"{region}: all {len(services)} services are up in every location"


def _wrong(services: Sequence[ServiceHealth]) -> list[str]:
    """What is not as it should be: locations that are lost as a whole, then services that lack instances."""
    there = {
        name: [each for each in services if each.location == name] for name in (s.location for s in services)
    }
    lost = [name for name, several in there.items() if len(several) > 1 and not any(s.up for s in several)]
    return [f"none of the {len(there[name])} services in {name} is up" for name in lost] + [
        f"{each.service} in {each.location} has {each.healthy} of {each.total} up"
        for each in services
        if each.healthy < each.total and each.location not in lost
    ]


def _service(service: str, location: str, hosts: Sequence[HostHealth]) -> ServiceHealth:
    ill = [host for host in hosts if not host.healthy]
    since = max((host.since for host in (ill or hosts)), default="")
    return ServiceHealth(
        service, location, len(hosts) - len(ill), len(hosts), since, ill[0].reason if ill else ""
    )
