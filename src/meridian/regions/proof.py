"""The proof that no request leaves its residency set: over the compiled bytes themselves, not over what they were made from.

For every edge and every route that a client's request can take, it follows the cluster's endpoints, and through another
region's edge that edge's own routes, and collects every location that could ever answer. An endpoint that is in a cluster can
be reached under some combination of failures; one that is not, under none. So one walk over all endpoints, whatever their
priority, covers every combination of failed locations. Where it cannot tell whether a route takes a request, it supposes so.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from meridian.config.inventory import Inventory
from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.envoy.cluster import endpoints_file
from meridian.envoy.snapshot import Json, Snapshot
from meridian.envoy.table import routes_of
from meridian.regions.policy import OPEN, allowed, residency_of

REPEATABLE_HEADER = "x-meridian-repeatable"
"""Changes how often a request is tried, and not where."""
Owners = Mapping[tuple[str, str], frozenset[str]]
"""(edge that asks, address) -> the locations whose instance it is, or the region whose edge it is."""


@dataclass(frozen=True, slots=True)
class Way:
    """One compiled route, as far as the proof needs it. prefix: of its path, ending in a slash. wanted: headers that must be
    exactly so for the route to match. sets: headers that it adds to the request. clusters: where its requests, or copies of
    them, may go; none where Envoy answers itself."""

    feature: str
    prefix: str
    wanted: tuple[tuple[str, str], ...]
    sets: tuple[tuple[str, str], ...]
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One edge's compiled routes and endpoints, parsed once. endpoints: cluster -> addresses (host:port)."""

    region: str
    public: tuple[Way, ...]
    peer: tuple[Way, ...]
    endpoints: Mapping[str, tuple[str, ...]]


def prove(config: Config, inventory: Inventory, snapshots: Mapping[str, Snapshot]) -> Iterator[Finding]:
    """A finding for each cluster of each edge's routes from which a bound request could reach a location outside its set."""
    tables = {region: parse(snapshot) for region, snapshot in snapshots.items()}
    owners = _owners(config, inventory)
    found: dict[Finding, None] = {}
    for region, table in tables.items():
        for way in table.public:
            if way.feature not in config.features or not (bounds := _bounds(config, way)):
                continue
            for cluster in way.clusters:
                reach = _reach(cluster, way, region, tables, owners)
                for bound in bounds:
                    for location in sorted(reach - allowed(config, bound)):
                        found[_leak(region, cluster, way.feature, location, bound)] = None
    yield from found


def parse(snapshot: Snapshot) -> Table:
    files = snapshot.resources
    addresses = {}
    for name, inline in _inlined(files["clusters.json"]):
        file = endpoints_file(name)
        addresses[name] = _assigned(files[file]) if file in files else inline
    return Table(
        snapshot.region, _ways(files["routes/public.json"]), _ways(files["routes/peer.json"]), addresses
    )


def _leak(region: str, cluster: str, feature: str, location: str, bound: str) -> Finding:
    return Finding(
        ("residency", bound),
        f"edge {region}: cluster {cluster} of feature {feature} leads to {location}, outside residency set {bound}",
        "remove it from the failover chain, or add it to the set",
    )


def _bounds(config: Config, way: Way) -> tuple[str, ...]:
    """The sets that the requests of this route are bound to: by the policy, for every user whom its own match lets in."""
    wanted = dict(way.wanted)
    users = [wanted["x-meridian-region"]] if "x-meridian-region" in wanted else list(config.regions)
    if config.features[way.feature].route == "home" and "x-meridian-target" in wanted:
        users = [user for user in users if user == wanted["x-meridian-target"]]
    bounds = dict.fromkeys(
        residency_of(config, way.feature, user) for user in users if user in config.regions
    )
    return tuple(bound for bound in bounds if bound != OPEN)


def _reach(cluster: str, asked: Way, region: str, tables: Mapping[str, Table], owners: Owners) -> set[str]:
    """The locations that may answer."""
    found: set[str] = set()
    for owner in _next(cluster, region, tables, owners):
        if owner not in tables:
            found.add(owner)
            continue
        handed = {each for way in tables[owner].peer if _takes(way, asked) for each in way.clusters}
        # An edge that hands on what was handed to it would be a mistake of its own; then a region's name stands in the
        # answer, which is a location of no set.
        found.update(*(_next(each, owner, tables, owners) for each in handed))
    return found


def _next(cluster: str, region: str, tables: Mapping[str, Table], owners: Owners) -> set[str]:
    """The owners of a cluster's addresses. A cluster or an address that nobody knows counts as an owner of its own."""
    if cluster not in tables[region].endpoints:
        return {cluster}
    found: set[str] = set()
    for address in tables[region].endpoints[cluster]:
        found |= owners.get((region, address), {f"an unknown address ({address})"})
    return found


def _takes(peer: Way, asked: Way) -> bool:
    """Whether a peer route may take a request that another edge's route sent: their paths overlap, and no header that the
    other edge sets says otherwise."""
    if not (peer.prefix.startswith(asked.prefix) or asked.prefix.startswith(peer.prefix)):
        return False
    sets = dict(asked.sets)
    return all(sets.get(name, value) == value for name, value in peer.wanted)


def _owners(config: Config, inventory: Inventory) -> Owners:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for asking in config.regions:
        for location, services in inventory.instances.items():
            for addresses in services.values():
                for address in addresses:
                    found[asking, address].add(location)
        for region, address in inventory.peers.get(asking, {}).items():
            found[asking, address].add(region)
    return {key: frozenset(names) for key, names in found.items()}


# What follows reads one file. It is remembered by the file's bytes, as most files are the same in one compilation as in
# the last.


@lru_cache(maxsize=64)
def _inlined(clusters: bytes) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every cluster with the addresses that it names itself."""
    return tuple(
        (cluster["name"], tuple(_addresses(cluster.get("load_assignment", {}))))
        for cluster in _resources(clusters)
    )


@lru_cache(maxsize=1024)
def _assigned(endpoints: bytes) -> tuple[str, ...]:
    return tuple(_addresses(_resources(endpoints)[0]))


@lru_cache(maxsize=64)
def _ways(routes: bytes) -> tuple[Way, ...]:
    """Each once: a route for requests that may be repeated and one for all others often differ in nothing that counts here."""
    hosts = _resources(routes)[0]["virtual_hosts"]
    return tuple(dict.fromkeys(_way(route) for host in hosts for route in routes_of(host)))


def _way(route: Json) -> Way:
    match = route["match"]
    path = match.get("path_separated_prefix") or match.get("prefix") or match.get("path") or ""
    wanted = {
        header["name"]: header["string_match"]["exact"]
        for header in match.get("headers", ())
        if "exact" in header.get("string_match", {}) and not header.get("invert_match")
    }
    wanted.pop(REPEATABLE_HEADER, None)
    sets = {
        each["header"]["key"]: each["header"]["value"] for each in route.get("request_headers_to_add", ())
    }
    feature = route.get("metadata", {}).get("filter_metadata", {}).get("meridian", {}).get("feature", "")
    clusters = tuple(_clusters(route.get("route")))
    return Way(feature, f"{path.rstrip('/')}/", tuple(wanted.items()), tuple(sets.items()), clusters)


def _clusters(action: Json | None) -> Iterator[str]:
    if action is None:
        return
    if "cluster" in action:
        yield action["cluster"]
    elif "weighted_clusters" in action:
        yield from (each["name"] for each in action["weighted_clusters"]["clusters"])
    else:
        yield "a cluster that the request names itself"
    yield from (each["cluster"] for each in action.get("request_mirror_policies", ()))


def _resources(content: bytes) -> list[Json]:
    return list(json.loads(content)["resources"])


def _addresses(assignment: Json) -> Iterator[str]:
    for locality in assignment.get("endpoints", ()):
        for endpoint in locality["lb_endpoints"]:
            address = endpoint["endpoint"]["address"]
            if "pipe" in address:
                continue  # a process beside the edge: what reaches it has gone nowhere
            socket = address["socket_address"]
            host = f"[{socket['address']}]" if ":" in socket["address"] else socket["address"]
            yield f"{host}:{socket['port_value']}"
