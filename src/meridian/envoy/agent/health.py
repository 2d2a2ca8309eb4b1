"""How the upstream addresses look from this edge, as Envoy's health checks and outlier detection see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from meridian.envoy.report import HostHealth

FLAGS: Mapping[str, str] = {
    "failed_active_health_check": "failed health check",
    "failed_outlier_check": "outlier",
    "failed_active_degraded_check": "degraded",
    "pending_dynamic_removal": "being removed",
    "excluded_via_immediate_hc_fail": "asked to be left out",
    "active_hc_timeout": "health check timed out",
    "eds_degraded_status": "degraded",
}
"""Envoy's flags as people say them. https://www.envoyproxy.io/docs/envoy/latest/api-v3/admin/v3/clusters.proto"""
HARMLESS = frozenset({"failed_active_degraded_check", "eds_degraded_status", "pending_dynamic_removal"})
SERVING = frozenset({"HEALTHY", "UNKNOWN", "DEGRADED"})


@dataclass(slots=True)
class HealthBook:
    """Remembers since when each address has been as it is."""

    _known: dict[tuple[str, str, str], HostHealth] = field(default_factory=dict)

    def read(self, statuses: Iterable[Mapping[str, Any]], now: datetime) -> tuple[HostHealth, ...]:
        """statuses: `cluster_statuses` of the admin's `/clusters?format=json`."""
        seen = {}
        for status in statuses:
            for host in status.get("host_statuses", ()):
                each = _host(str(status["name"]), host)
                if each is None:
                    continue
                key = (each.cluster, each.location, each.address)
                before = self._known.get(key)
                unchanged = before is not None and before.healthy == each.healthy
                since = before.since if before is not None and unchanged else now.isoformat()
                seen[key] = each.model_copy(update={"since": since})
        self._known = seen
        return tuple(seen[key] for key in sorted(seen))


def _host(cluster: str, host: Mapping[str, Any]) -> HostHealth | None:
    socket = host.get("address", {}).get("socket_address")
    if socket is None:
        return None
    health = host.get("health_status", {})
    flags = [name for name in FLAGS if health.get(name)]
    told = str(health.get("eds_health_status", "UNKNOWN"))
    healthy = told in SERVING and not any(name not in HARMLESS for name in flags)
    reasons = [FLAGS[name] for name in flags] + ([] if told in SERVING else [f"set to {told.lower()}"])
    return HostHealth(
        cluster=cluster,
        location=str(host.get("locality", {}).get("zone", "")),
        address=f"{socket['address']}:{socket.get('port_value', 0)}",
        healthy=healthy,
        reason=", ".join(dict.fromkeys(reasons)),
    )
