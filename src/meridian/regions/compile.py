"""What the regions feature adds to an edge: a route and a cluster for each lane, and the tables of its stamp. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from meridian.config.inventory import Inventory
from meridian.config.schema.root import Config
from meridian.config.schema.service import AppFeature
from meridian.envoy.cluster import CHAIN_HEADER, cluster, health_path, may_shift, plain
from meridian.envoy.contribution import Cluster, Contribution, EdgeContext, LuaPart, Route
from meridian.envoy.snapshot import Json, digest
from meridian.envoy.types import PREVIOUS_HOSTS, PREVIOUS_PRIORITIES, extension, seconds, typed
from meridian.regions.lanes import Lane, drained, hops, lanes, own_part
from meridian.regions.policy import targets
from meridian.regions.state import NO_STATE, RegionsState

NEVER_REACHED = "connect-failure,refused-stream"
"""Conditions under which any request may be tried again: no instance has seen it."""
REPEATABLE = f"gateway-error,reset,{NEVER_REACHED}"
"""... and those for requests that are safe to send twice (RFC 9110 section 9.2.2, or an idempotency key)."""
IDEMPOTENT = ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")
CONTROL_PATHS = (
    "/infrastructure/region-config",
    "/infrastructure/ai-config",
    "/infrastructure/health",
    "/infrastructure/latency",
)
"""What apps ask control through their edge. Operators go to control itself."""
ANOTHER_HOST = 101
"""Picks in search of a host that a request has not been to. While two locations share a priority, 100 to 1 at the most unequal,
weighted round robin comes to the other one within so many."""
HEALTH_RETRIES = 2
FIRST_TRY = 0.6
"""Share of a health check's time that the first location gets."""
LONGEST_NAME = 160
"""Of a cluster; with a digest and a file's ending it stays well below the 255 bytes of a file name."""


def compile_regions(context: EdgeContext) -> Contribution:
    state = context.state.get("routing") or NO_STATE
    ground = _Ground(context.config, context.inventory)
    routes, clusters = _ways(ground, context.region, tuple(sorted(state.drains.items())))
    return Contribution(routes=routes, clusters=clusters, lua=(_stamp(context.config, state),))


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """What changes seldom. A configuration counts as the same only if it is the very same object: comparing it would cost as
    much as compiling."""

    config: Config
    inventory: Inventory

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Ground) and self.config is other.config and self.inventory == other.inventory
        )

    def __hash__(self) -> int:
        return id(self.config)


@lru_cache(maxsize=64)
def _ways(
    ground: _Ground, region: str, drains: tuple[tuple[str, float], ...]
) -> tuple[tuple[Route, ...], tuple[Cluster, ...]]:
    """Remembered, as an override or a measured preference changes nothing here, and has to be on the edges soon."""
    context, state = (
        EdgeContext(ground.config, ground.inventory, region, {}, {}),
        RegionsState(drains=dict(drains)),
    )
    clusters: dict[str, Cluster] = {}
    every = lanes(context.config)
    routes = [
        *_public(context, state, every, clusters),
        *_peer(context, state, every, clusters),
        *_control(context, clusters),
    ]
    return tuple(routes), tuple(clusters.values())


def cluster_name(service: str, chain: Sequence[str]) -> str:
    """chat-service@europe-west1+europe-west4. It also names a file, so a long one ends in a digest of the whole."""
    name = f"{service}@{written(chain) or 'nowhere'}"
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}~{digest(name.encode())}"


def written(chain: Sequence[str]) -> str:
    """A chain as the edges tell each other."""
    return "+".join(chain)


def _public(
    context: EdgeContext, state: RegionsState, every: Sequence[Lane], clusters: dict[str, Cluster]
) -> Iterator[Route]:
    config = context.config
    for lane in every:
        feature = config.features[lane.feature]
        name = _add(context, state, clusters, feature.service, lane.chain)
        headers = [_exact("x-meridian-target", lane.target)]
        if lane.user_region:
            headers.append(_exact("x-meridian-region", lane.user_region))
        for path in feature.paths:
            yield from _variants(config, context.region, lane, name, path, headers)
    for name, feature in sorted(config.features.items()):
        for path in feature.paths:
            yield Route(_undecided(name, feature, path), order=_order(path) + 2)


def _peer(
    context: EdgeContext, state: RegionsState, every: Sequence[Lane], clusters: dict[str, Cluster]
) -> Iterator[Route]:
    """What other edges hand over: to this region's own part of the chain that the request may take."""
    config = context.config
    checked: dict[tuple[str, str], None] = {}
    handed: dict[tuple[str, str], None] = {}
    for lane in every:
        feature, chain = config.features[lane.feature], written(lane.chain)
        own = own_part(config, context.region, lane.chain)
        if not own or (lane.feature, chain) in handed:
            continue
        handed[lane.feature, chain] = None
        name = _add(context, state, clusters, feature.service, own)
        if (feature.service, chain) not in checked:
            checked[feature.service, chain] = None
            yield Route(_health(config, feature.service, chain, own, name), order=0, peer=True)
        for path in feature.paths:
            yield from _variants(
                config, context.region, lane, name, path, [_exact(CHAIN_HEADER, chain)], peer=True
            )


def _variants(
    config: Config, region: str, lane: Lane, cluster: str, path: str, headers: list[Json], peer: bool = False
) -> Iterator[Route]:
    """Two routes: for requests that are safe to send twice, and for all others."""
    feature = config.features[lane.feature]
    service = config.services[feature.service]
    patience = 1 if peer or region == lane.target else 2  # the other edge tries within its own region first
    for step, repeatable in enumerate((True, False)):
        match = headers + ([_exact("x-meridian-repeatable", "1")] if repeatable else [])
        retry = _retry(feature.retries, service.try_timeout * patience if repeatable else None)
        action = {"cluster": cluster, "timeout": seconds(service.timeout), "retry_policy": retry}
        route: Json = {
            "match": {**_path(path), "headers": match},
            "route": action,
            "metadata": _metadata(lane.feature, feature, lane.bound),
            "request_body_buffer_limit": config.edge.max_body,
        }
        if not peer and own_part(config, region, lane.chain) != lane.chain:  # another edge may have to know
            route["request_headers_to_add"] = [_header(CHAIN_HEADER, written(lane.chain))]
        yield Route(route, order=_order(path) + step, peer=peer, target="" if peer else lane.target)


def _retry(retries: int, try_timeout: float | None) -> Json:
    """try_timeout: seconds, for requests that are safe to send twice; None for the others."""
    policy: Json = {
        "retry_on": NEVER_REACHED if try_timeout is None else REPEATABLE,
        "num_retries": retries,
        "retry_back_off": {"base_interval": "0.005s", "max_interval": "0.050s"},
        "host_selection_retry_max_attempts": ANOTHER_HOST,
        "retry_host_predicate": [
            extension("envoy.retry_host_predicates.previous_hosts", typed(PREVIOUS_HOSTS))
        ],
        "retry_priority": extension(
            "envoy.retry_priorities.previous_priorities", typed(PREVIOUS_PRIORITIES, update_frequency=1)
        ),
    }
    if try_timeout is not None:
        policy["per_try_timeout"] = seconds(try_timeout)
    return policy


def _undecided(name: str, feature: AppFeature, path: str) -> Json:
    """What a path matches before the stamp has decided; it tells the stamp the feature. Reached by no decided request."""
    return {
        "match": _path(path),
        "metadata": {"filter_metadata": {"stamp": {"feature": name}, **_about(name, feature)}},
        "direct_response": {"status": 503},
    }


def _metadata(name: str, feature: AppFeature, bound: str) -> Json:
    about = _about(name, feature)
    about["meridian"]["bound"] = bound
    return {"filter_metadata": about}


def _about(name: str, feature: AppFeature) -> Json:
    return {"meridian": {"feature": name, "service": feature.service}}


def _health(config: Config, service: str, chain: str, own: Sequence[str], cluster: str) -> Json:
    """Whether this region could serve: asked by other edges, answered by one of the instances that would. With a second location,
    one that hangs leaves time to ask it; without, a slow answer is an answer."""
    check = config.services[service].health or config.health
    headers = [_exact("x-meridian-service", service), _exact(CHAIN_HEADER, chain)]
    retry = _retry(HEALTH_RETRIES, check.timeout * FIRST_TRY if len(own) > 1 else check.timeout)
    return {
        "match": {"path": health_path(check, service), "headers": headers},
        "route": {"cluster": cluster, "timeout": seconds(check.timeout), "retry_policy": retry},
    }


def _control(context: EdgeContext, clusters: dict[str, Cluster]) -> Iterator[Route]:
    if not context.inventory.control:
        return
    clusters["control"] = plain("control", context.inventory.control)
    for path in CONTROL_PATHS:
        route: Json = {
            "match": {"path_separated_prefix": path},
            "route": {"cluster": "control", "timeout": "5s"},
            "metadata": {
                "filter_metadata": {"meridian": {"feature": "infrastructure", "service": "control"}}
            },
            "request_headers_to_add": [_header("x-meridian-edge-key", "%ENVIRONMENT(MERIDIAN_EDGE_KEY)%")],
        }
        yield Route(route, order=0)


def _add(
    context: EdgeContext,
    state: RegionsState,
    clusters: dict[str, Cluster],
    service: str,
    chain: Sequence[str],
) -> str:
    name = cluster_name(service, chain)
    if name not in clusters:
        config = context.config
        settings = config.services[service]
        health = settings.health or config.health
        every = hops(config, context.inventory, context.region, service, chain)
        shifts = may_shift(every)
        drains = (
            state.drains if shifts else {hop: share for hop, share in state.drains.items() if share >= 1.0}
        )
        groups = drained(every, drains)
        clusters[name] = cluster(
            name, service, settings, health, every, groups, config.edge, written(chain), shifts=shifts
        )
    return name


def _stamp(config: Config, state: RegionsState) -> LuaPart:
    code = files("meridian.regions").joinpath("stamp.lua").read_text()
    tables = {
        "countries": {
            country: region for region, countries in config.countries.items() for country in countries
        },
        "default_region": config.default_region,
        "features": {name: _plan(config, name, feature) for name, feature in config.features.items()},
        "idempotent": dict.fromkeys(IDEMPOTENT, True),
        "nearest": dict(state.preferences.nearest),
        "optimal": {user: dict(chosen) for user, chosen in state.preferences.optimal.items()},
        "overrides": dict(state.overrides),
        "regions": dict.fromkeys(config.regions, True),
    }
    return LuaPart("regions", code, tables, order=50)


def _plan(config: Config, name: str, feature: AppFeature) -> Json:
    plan: Json = {"route": feature.route}
    if feature.route == "pinned":
        plan["region"] = feature.region
    elif feature.route != "home":
        able = {user: targets(config, name, user) for user in config.regions}
        plan["targets"] = {user: dict.fromkeys(regions, True) for user, regions in able.items()}
        plan["otherwise"] = {user: regions[0] for user, regions in able.items()}
    return plan


def _path(path: str) -> Json:
    return {"path_separated_prefix": path.rstrip("/")} if path.rstrip("/") else {"prefix": "/"}


def _order(path: str) -> int:
    """The longest path is matched first; a path takes three places: repeatable, other, undecided."""
    return 10 + 3 * (256 - len(path.rstrip("/")))


def _exact(name: str, value: str) -> Json:
    return {"name": name, "string_match": {"exact": value}}


def _header(name: str, value: str) -> Json:
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
