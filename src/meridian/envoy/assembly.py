"""Puts what the features contribute into one edge, in the order of the filter chain. Pure, and deterministic to the byte."""

from collections.abc import Callable, Iterable, Sequence

from meridian.core.errors import MeridianError
from meridian.envoy import identity, listener
from meridian.envoy.cluster import endpoints_file
from meridian.envoy.contribution import Cluster, Contribution, EdgeContext, Filter, LuaPart, Route, Slot
from meridian.envoy.lua import script
from meridian.envoy.snapshot import Json, Snapshot, canonical, response
from meridian.envoy.table import filed
from meridian.envoy.turning import turned_on
from meridian.envoy.types import (
    COMPRESSOR,
    EXTENSION,
    GEOIP,
    GZIP,
    LUA,
    MAXMIND,
    RBAC,
    ROUTES,
    extension,
    typed,
    url,
)

GEO_DATABASE = "geo/country.mmdb"
LOCATION_HEADER = "x-meridian-location"
ROUTE_HEADER = "x-meridian-route"
READY_PATH = "/__meridian/ready"


def assemble(
    context: EdgeContext,
    contributions: Sequence[Contribution],
    config_version: int = 0,
    written: Callable[[Sequence[LuaPart]], str] = script,
) -> Snapshot:
    """One edge's snapshot. written: gives the source of the Lua filter.

    Raises MeridianError when two features claim the same filter or cluster differently."""
    every = [identity.contribution(context), *contributions]
    lua = [part for each in every for part in each.lua]
    filters = _filters(context, every, written(lua))
    clusters = _clusters(cluster for each in every for cluster in each.clusters)
    listen = context.inventory.listen[context.region]
    edge = context.config.edge
    echoed = [header for each in every for header in each.echoed]
    listeners = [
        listener.public(edge, listen.public, [each for each in filters if not each.peer], echoed),
        listener.peer(edge, listen.peer, [each for each in filters if each.peer]),
    ]
    routes = turned_on([route for each in every for route in each.routes], filters, every)
    internal = [*identity.INTERNAL, *(header for each in every for header in each.internal)]
    resources = {
        "agent.json": canonical(_agent_settings(context)),
        "listeners.json": response(listeners),
        "clusters.json": response([cluster.config for cluster in clusters]),
        listener.routes_file("public"): response([_public([_ready(), *routes], internal, echoed)]),
        listener.routes_file("peer"): response([_table("peer", [each for each in routes if each.peer])]),
    }
    for cluster in clusters:
        if cluster.endpoints:
            resources[endpoints_file(cluster.config["name"])] = response([cluster.endpoints])
    for contribution in every:
        resources |= {name: canonical(content) for name, content in contribution.files.items()}
    for each in filters:
        if each.volatile:
            resource = {"@type": url(EXTENSION), **extension(each.name, each.config)}
            resources[listener.extension_file(each.name)] = response([resource])
    return Snapshot(context.region, resources, config_version)


def _filters(context: EdgeContext, every: Sequence[Contribution], stamp: str) -> list[Filter]:
    """The chain. A slot that no feature fills yet keeps a volatile filter that lets everything pass, so that filling it
    later changes no listener."""
    given = [each for contribution in every for each in contribution.filters]
    providers = tuple(provider for contribution in every for provider in contribution.providers)
    given += [_country(), identity.jwt_filter(providers), _stamp(stamp), _compressor()]
    taken = {each.slot for each in given}
    given += [each for each in _PLACES if each.slot not in taken]
    names = [(each.name, each.peer) for each in given]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise MeridianError(f"two features add an HTTP filter named {doubled[0][0]}", "rename one of them")
    return sorted(given, key=lambda each: each.slot)


_PLACES = (Filter(Slot.REFUSE, "refuse", typed(RBAC), volatile=True),)


def _country() -> Filter:
    provider = typed(
        MAXMIND,
        country_db_path=GEO_DATABASE,
        common_provider_config={"geo_field_keys": {"country": "x-meridian-country"}},
    )
    return Filter(
        Slot.COUNTRY, "country", typed(GEOIP, provider=extension("envoy.geoip_providers.maxmind", provider))
    )


def _stamp(source: str) -> Filter:
    code = {"inline_string": source}
    return Filter(Slot.STAMP, "stamp", typed(LUA, default_source_code=code), volatile=True)


def _compressor() -> Filter:
    gzip = extension("gzip", typed(GZIP, compression_level="BEST_SPEED"))
    direction = {"common_config": {"min_content_length": 1024}}
    return Filter(
        Slot.TAIL, "compress", typed(COMPRESSOR, response_direction_config=direction, compressor_library=gzip)
    )


def _clusters(given: Iterable[Cluster]) -> list[Cluster]:
    """By name; the same cluster from two features is one cluster."""
    named: dict[str, Cluster] = {}
    for cluster in given:
        name = cluster.config["name"]
        if named.setdefault(name, cluster) != cluster:
            raise MeridianError(f"two features define the cluster {name} differently", "rename one of them")
    return [named[name] for name in sorted(named)]


def _ready() -> Route:
    body = {"status": 200, "body": {"inline_string": "ready\n"}}
    return Route({"match": {"path": READY_PATH}, "direct_response": body}, order=-1)


def _public(routes: Sequence[Route], internal: Sequence[str], echoed: Sequence[str]) -> Json:
    table = _table("public", [route for route in routes if not route.peer])
    host = table["virtual_hosts"][0]
    host["request_headers_to_add"] = [
        _add("x-meridian-client", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"),
        _add("x-meridian-risk", "low", "ADD_IF_ABSENT"),
    ]
    host["request_headers_to_remove"] = list(internal)
    # Set by the stamp for an operator who asked for it, else empty, and then not sent.
    host["response_headers_to_add"].append(_add(ROUTE_HEADER, "%DYNAMIC_METADATA(meridian:route)%"))
    host["response_headers_to_add"] += [_add(name, f"%REQ({name})%") for name in echoed]
    # Of the app's own: on the way back the limiters write theirs, in credits, for the stamp to read.
    host["response_headers_to_remove"] = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]
    return table


def _table(name: str, routes: Sequence[Route]) -> Json:
    """The location that answered is told by the edge that asked it, so that an edge that hands over can log it."""
    location = _add(LOCATION_HEADER, "%UPSTREAM_METADATA(meridian:location)%", "ADD_IF_ABSENT")
    host = {"name": name, "domains": ["*"], **filed(routes), "response_headers_to_add": [location]}
    return {"@type": url(ROUTES), "name": name, "virtual_hosts": [host], "ignore_port_in_host_matching": True}


def _add(name: str, value: str, action: str = "OVERWRITE_IF_EXISTS_OR_ADD") -> Json:
    return {"header": {"key": name, "value": value}, "append_action": action}


def _agent_settings(context: EdgeContext) -> Json:
    edge = context.config.edge
    return {
        "access_log": {"max_bytes": edge.access_log.max_bytes, "keep": edge.access_log.keep},
        "drain": edge.drain,
        "max_connections": edge.max_connections,
    }
