"""Clusters: a service in the locations that may serve it, in the order in which they are tried.

Each location is one Envoy priority. Where an edge may shift requests between locations, endpoints travel apart from the cluster
(EDS, a file each): drains and returns change them often, and a cluster that does not change keeps its health state and
connections. Elsewhere they stand in the cluster: Envoy opens an inotify instance for each watched file, and a Linux user has
128 of them.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from meridian.config.schema.edge import Edge
from meridian.config.schema.service import HealthCheck, Service
from meridian.envoy.contribution import Cluster
from meridian.envoy.listener import source
from meridian.envoy.snapshot import Json
from meridian.envoy.types import (
    CLUSTER,
    ENDPOINTS,
    HTTP_OPTIONS,
    UPSTREAM_TLS,
    address,
    extension,
    seconds,
    typed,
    url,
)

OVERPROVISIONING = 140
"""Envoy's default, in percent: a priority spills over to the next below 100/1.4 = 72 % healthy."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One place that may be tried. name: a location of the edge's own region, or another region. addresses: host:port of its
    instances, or of that region's edge. kind: instance or peer."""

    name: str
    kind: Literal["location", "peer"]
    addresses: tuple[str, ...]


CHAIN_HEADER = "x-meridian-chain"
"""Between edges: the chain of locations that a request may take. The edge it is handed to uses its own part of it."""

Groups = Sequence[Mapping[Hop, int]]
"""By priority: the hops that share it, with their weights in percent."""


def may_shift(hops: Sequence[Hop]) -> bool:
    """Whether an edge may divide requests between the first hop and the next, bit by bit. Only within its own region: a region
    that returns is taken back by its own edge."""
    return len(hops) > 1 and hops[0].kind == "location"


def health_path(health: HealthCheck, service: str) -> str:
    return health.path.replace("{service}", service)


def endpoints_file(cluster: str) -> str:
    return f"endpoints/{cluster}.json"


def cluster(
    name: str,
    service_name: str,
    service: Service,
    health: HealthCheck,
    hops: Sequence[Hop],
    groups: Groups,
    edge: Edge,
    chain: str,
    *,
    shifts: bool,
) -> Cluster:
    """hops: all that it may ever try. groups: those it tries now. chain: the locations that a request may take; the health check
    names it and the service in headers, since a peer edge answers for its own part of the chain. shifts: see `may_shift`.

    An address that is a name is resolved by Envoy itself (STRICT_DNS), and then the endpoints stand in the cluster."""
    named = any(not is_ip(each) for hop in hops for each in hop.addresses)
    assignment = endpoints(name, groups)
    config: Json = {
        "@type": url(CLUSTER),
        "name": name,
        "connect_timeout": "1s",
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}, "locality_weighted_lb_config": {}},
        "lb_policy": "ROUND_ROBIN",
        "round_robin_lb_config": {
            "slow_start_config": {"slow_start_window": seconds(max(service.return_over, 1))}
        },
        "health_checks": [_health_check(health, service_name, chain)],
        "circuit_breakers": {"thresholds": [_breaker(service)]},
        "typed_extension_protocol_options": {HTTP_OPTIONS: _http1()},
        "per_connection_buffer_limit_bytes": 262_144,
        "ignore_health_on_host_removal": True,
    }
    if len(hops) > 1:
        config["outlier_detection"] = _outliers()
    if edge.peer_tls and any(hop.kind == "peer" for hop in hops):
        config["transport_socket_matches"] = [_peer_tls(edge)]
    if named or not shifts:
        config |= {"type": "STRICT_DNS" if named else "STATIC", "load_assignment": inline(assignment)}
        if named:
            config["dns_lookup_family"] = "ALL"
        return Cluster(config)
    config |= {"type": "EDS", "eds_cluster_config": {"eds_config": source(endpoints_file(name))}}
    return Cluster(config, assignment)


def plain(name: str, host_port: str) -> Cluster:
    """One address, without health checks: for control, which requests of the app do not depend on."""
    endpoint = {"endpoint": {"address": address(host_port)}}
    config: Json = {
        "@type": url(CLUSTER),
        "name": name,
        "type": "STATIC" if is_ip(host_port) else "STRICT_DNS",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    return Cluster(config)


def peer(name: str, host_port: str, edge: Edge) -> Cluster:
    """Another region's edge, without health checks: for what is asked of that edge itself."""
    config = plain(name, host_port).config
    if edge.peer_tls:
        config["transport_socket"] = _peer_tls(edge)["transport_socket"]
    return Cluster(config)


def pipe(name: str, path: str) -> Cluster:
    """A process beside the edge, at a socket in its folder."""
    endpoint = {"endpoint": {"address": {"pipe": {"path": path}}}}
    config: Json = {
        "@type": url(CLUSTER),
        "name": name,
        "type": "STATIC",
        "connect_timeout": "0.25s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    return Cluster(config)


def endpoints(name: str, groups: Groups) -> Json:
    """A ClusterLoadAssignment: one priority a group, one locality a hop, the hop's name as its zone."""
    localities = [
        {
            "priority": priority,
            "load_balancing_weight": weight,
            "locality": {"zone": hop.name},
            "lb_endpoints": [_endpoint(each, hop) for each in hop.addresses],
        }
        for priority, group in enumerate(groups)
        for hop, weight in group.items()
        if weight > 0
    ]
    return {
        "@type": url(ENDPOINTS),
        "cluster_name": name,
        "endpoints": localities,
        "policy": {"overprovisioning_factor": OVERPROVISIONING},
    }


def inline(assignment: Json) -> Json:
    """An assignment as it stands in a cluster: without the type that it carries as a resource of its own."""
    return {key: value for key, value in assignment.items() if key != "@type"}


def is_ip(host_port: str) -> bool:
    try:
        ipaddress.ip_address(host_port.rpartition(":")[0].strip("[]"))
    except ValueError:
        return False
    return True


def _endpoint(host_port: str, hop: Hop) -> Json:
    metadata: Json = {"meridian": {"location": hop.name}}
    if hop.kind == "peer":
        metadata["envoy.transport_socket_match"] = {"peer": True}
    return {"endpoint": {"address": address(host_port)}, "metadata": {"filter_metadata": metadata}}


def _health_check(health: HealthCheck, service: str, chain: str) -> Json:
    return {
        "timeout": seconds(health.timeout),
        "interval": seconds(health.interval),
        "no_traffic_interval": seconds(health.interval),
        "unhealthy_interval": seconds(max(health.interval / 4, 0.1)),
        "interval_jitter": seconds(health.interval / 10),
        "initial_jitter": "0.05s",
        "unhealthy_threshold": health.unhealthy_after,
        "healthy_threshold": health.healthy_after,
        "http_health_check": {
            "path": health_path(health, service),
            "request_headers_to_add": [
                {"header": {"key": CHAIN_HEADER, "value": chain}},
                {"header": {"key": "x-meridian-service", "value": service}},
            ],
        },
    }


def _outliers() -> Json:
    """Passive health, from real traffic, where there is somewhere else to go: all of a location's instances may be taken out.
    An application's own 500 says nothing about the instance, so only gateway errors and connections that fail count."""
    return {
        "split_external_local_origin_errors": True,
        "consecutive_local_origin_failure": 3,
        "enforcing_consecutive_local_origin_failure": 100,
        "consecutive_gateway_failure": 5,
        "enforcing_consecutive_gateway_failure": 100,
        "enforcing_consecutive_5xx": 0,
        "enforcing_success_rate": 0,
        "enforcing_local_origin_success_rate": 0,
        "interval": "1s",
        "base_ejection_time": "2s",
        "max_ejection_time": "30s",
        "max_ejection_percent": 100,
    }


def _breaker(service: Service) -> Json:
    limit = service.max_connections
    return {
        "max_connections": limit,
        "max_pending_requests": limit,
        "max_requests": limit,
        "retry_budget": {"budget_percent": {"value": 100}, "min_retry_concurrency": 100},
    }


def _http1() -> Json:
    return typed(
        HTTP_OPTIONS,
        explicit_http_config={"http_protocol_options": {}},
        common_http_protocol_options={"idle_timeout": "60s"},
    )


def _peer_tls(edge: Edge) -> Json:
    tls = edge.peer_tls
    assert tls is not None
    common = {
        # Named both, as Envoy as a client goes no further than 1.2 by itself.
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"},
        "tls_certificates": [
            {"certificate_chain": {"filename": tls.certificate}, "private_key": {"filename": tls.key}}
        ],
        "validation_context": {"trusted_ca": {"filename": tls.ca}},
    }
    socket = extension("envoy.transport_sockets.tls", typed(UPSTREAM_TLS, common_tls_context=common))
    return {"name": "peer", "match": {"peer": True}, "transport_socket": socket}
