"""The proof that no request leaves its residency set: over the compiled bytes themselves, not over what they were made from.

For every edge and every route that a client's request can take, it follows the cluster's endpoints, and through another
region's edge that edge's own routes, and collects every location that could ever answer. An endpoint that is in a cluster can
be reached under some combination of failures; one that is not, under none. So one walk over all endpoints, whatever their
priority, covers every combination of failed locations.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from meridian.config.inventory import Inventory
from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.envoy.cluster import endpoints_file
from meridian.envoy.snapshot import Json, Snapshot
from meridian.regions.policy import OPEN, allowed


@dataclass(frozen=True, slots=True)
class Table:
    """One edge's compiled routes and endpoints, parsed once."""

    region: str
    public: tuple[Json, ...]
    peer: tuple[Json, ...]
    endpoints: Mapping[str, tuple[str, ...]]
    """Cluster -> addresses (host:port)."""


def prove(config: Config, inventory: Inventory, snapshots: Mapping[str, Snapshot]) -> Iterator[Finding]:
    """A finding for each route of each edge from which a bound request could reach a location outside its set."""
    tables = {region: parse(snapshot) for region, snapshot in snapshots.items()}
    owners = _owners(config, inventory)
    for region, table in tables.items():
        for route in table.public:
            about = route.get("metadata", {}).get("filter_metadata", {}).get("meridian", {})
            bound = about.get("bound", OPEN)
            if "route" not in route or bound == OPEN:
                continue
            if bound not in config.residency:
                yield Finding(
                    ("residency",),
                    f"edge {region}: feature {about['feature']} is bound to {bound!r}, which is no set",
                )
                continue
            for location in sorted(
                _reach(route, about["feature"], bound, region, tables, owners) - allowed(config, bound)
            ):
                yield Finding(
                    ("residency", bound),
                    f"edge {region}: cluster {route['route']['cluster']} of feature {about['feature']} leads to {location}, "
                    f"outside residency set {bound}",
                    "remove it from the failover chain, or add it to the set",
                )


def parse(snapshot: Snapshot) -> Table:
    clusters = {each["name"]: each for each in _resources(snapshot, "clusters.json")}
    addresses = {}
    for name, cluster in clusters.items():
        file = endpoints_file(name)
        found = (
            _resources(snapshot, file)[0]
            if file in snapshot.resources
            else cluster.get("load_assignment", {})
        )
        addresses[name] = tuple(_addresses(found))
    public, peer = (_routes(snapshot, name) for name in ("public", "peer"))
    return Table(snapshot.region, public, peer, addresses)


def _reach(
    route: Json,
    feature: str,
    bound: str,
    region: str,
    tables: Mapping[str, Table],
    owners: Mapping[tuple[str, str], str],
) -> set[str]:
    """The locations that may answer. An address that belongs to nobody counts as a location of its own."""
    found: set[str] = set()
    for address in tables[region].endpoints[route["route"]["cluster"]]:
        owner = owners.get((region, address), f"an unknown address ({address})")
        if owner not in tables:
            found.add(owner)
            continue
        for handed in tables[owner].peer:
            if "route" in handed and _takes(handed, feature, bound):
                found |= _reach(handed, feature, bound, owner, tables, owners)
    return found


def _takes(route: Json, feature: str, bound: str) -> bool:
    """Whether a peer route may take a request of this feature that carries this bound."""
    about = route.get("metadata", {}).get("filter_metadata", {}).get("meridian", {})
    wanted = {header["name"]: header["string_match"]["exact"] for header in route["match"].get("headers", ())}
    return bool(about.get("feature") == feature and wanted.get("x-meridian-bound", bound) == bound)


def _owners(config: Config, inventory: Inventory) -> dict[tuple[str, str], str]:
    """(edge that asks, address) -> the location whose instance it is, or the region whose edge it is."""
    found: dict[tuple[str, str], str] = {}
    for asking in config.regions:
        for location, services in inventory.instances.items():
            for addresses in services.values():
                found.update({(asking, address): location for address in addresses})
        found.update(
            {(asking, address): region for region, address in inventory.peers.get(asking, {}).items()}
        )
    return found


def _routes(snapshot: Snapshot, name: str) -> tuple[Json, ...]:
    hosts = _resources(snapshot, f"routes/{name}.json")[0]["virtual_hosts"]
    return tuple(route for host in hosts for route in host["routes"])


def _resources(snapshot: Snapshot, name: str) -> list[Json]:
    return list(json.loads(snapshot.resources[name])["resources"])


def _addresses(assignment: Json) -> Iterator[str]:
    for locality in assignment.get("endpoints", ()):
        for endpoint in locality["lb_endpoints"]:
            socket = endpoint["endpoint"]["address"]["socket_address"]
            host = f"[{socket['address']}]" if ":" in socket["address"] else socket["address"]
            yield f"{host}:{socket['port_value']}"
