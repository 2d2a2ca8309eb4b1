"""The way to admission: Envoy asks it about actions whose limits are exact or that are shielded, at the edge of the region that
serves them; and tells it afterwards what the app answered, without waiting.
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files

from meridian.config.schema.root import Config
from meridian.envoy.cluster import peer, pipe
from meridian.envoy.contribution import Cluster, EdgeContext, Filter, Route, Slot, Turned
from meridian.envoy.lua import literal
from meridian.envoy.snapshot import Json
from meridian.envoy.types import EXT_AUTHZ, LUA, seconds, typed
from meridian.limits.applies import section
from meridian.limits.checkapi import PATH, READ, reading
from meridian.limits.settings import Limits
from meridian.limits.tables import admitted

SOCKET = "admission.sock"
"""In the edge's folder, which is Envoy's working directory."""
CLUSTER = "admission"
OPEN, CLOSED, OUTCOME = "admit-open", "admit-closed", "outcome"
SCHEDULING = 0.08
"""Seconds that Envoy waits longer than admission waits for its counters: a process that works may be given the processor late."""
TOLD = ("user", "tier", "risk", "client", "country", "account", "account-missing", "action")
"""The x-meridian-* headers that admission is asked with."""


def filters(limits: Limits) -> Iterator[Filter]:
    for at_peer in (False, True):
        for name in (OPEN, CLOSED):
            yield Filter(Slot.ADMIT, name, _asking(limits, name, at_peer), disabled=True, peer=at_peer)
        source = {"inline_string": _outcome(limits, at_peer)}
        yield Filter(Slot.ADMIT, OUTCOME, typed(LUA, default_source_code=source), disabled=True, peer=at_peer)


def turned(config: Config) -> Iterator[Turned]:
    """Admission fails closed for a feature if one of its limits asks for that, or a shield stands before it."""
    limits = section(config)
    shielded = {shield.action: name for name, shield in limits.shields.items()}
    closed = {
        action
        for policy in limits.policies.values()
        if policy.scope == "exact" and policy.on_failure == "deny"
        for action in policy.actions
    }
    features: dict[str, set[str]] = {}
    for action in admitted(limits):
        if action in limits.actions:
            features.setdefault(limits.actions[action].feature, set()).add(action)
    for feature, actions in sorted(features.items()):
        yield Turned(feature, CLOSED if actions & (closed | shielded.keys()) else OPEN)
        if actions & shielded.keys():
            yield Turned(feature, OUTCOME)
        if fields := _accounts(limits, actions):
            yield Turned(feature, READ, reading("meridian.fields", fields))


def clusters(context: EdgeContext) -> Iterator[Cluster]:
    yield pipe(CLUSTER, SOCKET)
    for region, address in sorted(context.inventory.peers.get(context.region, {}).items()):
        if address:
            yield peer(_peer_name(region), address, context.config.edge)


def routes(context: EdgeContext) -> Iterator[Route]:
    """Where a check of an exact limit goes: it is answered by the same counters as the gateway's."""
    yield _check_route(context.region, CLUSTER)
    for region, address in sorted(context.inventory.peers.get(context.region, {}).items()):
        if address:
            yield _check_route(region, _peer_name(region))
    yield Route(_route({"path": PATH}, CLUSTER), order=0, peer=True)


def _check_route(region: str, cluster: str) -> Route:
    wanted = {"x-meridian-admission": "check", "x-meridian-target": region}
    headers = [{"name": name, "string_match": {"exact": value}} for name, value in wanted.items()]
    return Route(_route({"path": PATH, "headers": headers}, cluster), order=0, target=region)


def _route(match: Json, cluster: str) -> Json:
    about = {"meridian": {"feature": "infrastructure", "service": "admission"}}
    return {
        "match": match,
        "route": {"cluster": cluster, "timeout": "1s"},
        "metadata": {"filter_metadata": about},
    }


def _peer_name(region: str) -> str:
    return f"edge@{region}"


def _accounts(limits: Limits, actions: set[str]) -> dict[str, str]:
    """Shield -> where in the body its account stands."""
    return {
        name: shield.account.body
        for name, shield in limits.shields.items()
        if shield.action in actions and shield.account.body
    }


def _told(limits: Limits) -> list[str]:
    """The headers of a request that admission is shown. By its id it knows the outcome of an attempt for that attempt's."""
    devices = sorted({shield.device.lower() for shield in limits.shields.values()})
    return [*(f"x-meridian-{each}" for each in TOLD), "x-request-id", *devices]


def _asking(limits: Limits, name: str, at_peer: bool) -> Json:
    answer = {
        "allowed_client_headers": {
            "patterns": [{"prefix": "ratelimit"}]
            + [{"exact": each} for each in ("content-type", "retry-after", "x-meridian-limit")]
        },
        "allowed_client_headers_on_success": {"patterns": [{"exact": "x-meridian-exact"}]},
    }
    config = typed(
        EXT_AUTHZ,
        stat_prefix=name,
        http_service={
            "server_uri": {
                "uri": f"http://{CLUSTER}",
                "cluster": CLUSTER,
                "timeout": seconds(limits.counters.deadline + SCHEDULING),
            },
            "path_prefix": "/admit",
            "authorization_response": answer,
        },
        allowed_headers={"patterns": [{"exact": each} for each in _told(limits)]},
        failure_mode_allow=name == OPEN,
        status_on_error={"code": "ServiceUnavailable"},
    )
    if not at_peer:
        config["filter_enabled_metadata"] = {
            "filter": "meridian",
            "path": [{"key": "admit"}],
            "value": {"bool_match": True},
        }
    return config


def _outcome(limits: Limits, at_peer: bool) -> str:
    """Before the app: remembers who tries. After it: tells admission how that ended."""
    told: Mapping[str, object] = {
        "actions": dict.fromkeys(sorted({shield.action for shield in limits.shields.values()}), True),
        "headers": _told(limits),
        "peer": at_peer,
    }
    code = files("meridian.limits").joinpath("lua/outcome.lua").read_text()
    return f"local told = {literal(told)}\n{code}"
