"""Reports of edges for tests."""

from meridian.envoy.report import EdgeReport, HostHealth


def host(service: str, location: str, healthy: bool = True, address: str = "127.0.0.1:9") -> HostHealth:
    return HostHealth(cluster=f"{service}@EU", location=location, address=address, healthy=healthy)


def report(region: str, instance: str, *hosts: HostHealth, envoy: str = "live") -> EdgeReport:
    return EdgeReport(region=region, instance=instance, envoy=envoy, health=hosts)
