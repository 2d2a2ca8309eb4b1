"""What the stamp knows of limits: the configuration and an operator's choices as Lua tables. Pure."""

from ipaddress import ip_network
from typing import Any

from meridian.config.schema.root import Config
from meridian.core.risk import Risk
from meridian.envoy.snapshot import Json
from meridian.limits.applies import ORDER, action_of, met, section
from meridian.limits.pricing import at_edge, keys_in_use, shared_keys, slots
from meridian.limits.settings import Limits
from meridian.limits.state import LimitsState

OTHERS = "*"
"""The methods that no action of a feature names."""
NOTHING = "nothing"
"""What a check asks about that names no action: limits of addresses, countries and regions."""


def tables(config: Config, state: LimitsState) -> Json:
    """The same for every edge."""
    limits = section(config)
    asks, meets = _asks(config, limits)
    return {
        "keys": list(keys_in_use(limits)),
        "shared": dict.fromkeys(shared_keys(limits), True),
        "asks": asks,
        "meets": meets,
        "actions": {name: meets[name] for name in limits.actions if name in meets},
        "nothing": _meets(limits, NOTHING, "", ""),
        "policies": _policies(limits),
        "tiers": {"free": 1.0} | dict(limits.tiers),
        "order": dict.fromkeys(ORDER, True),
        "risks": dict.fromkeys(map(str, Risk), True),
        "risk": {str(risk): factor for risk, factor in limits.risk.items()},
        "ipv6_prefix": limits.ipv6_prefix,
        "users": {user: _own(user, rates) for user, rates in state.users.items()},
        "clients": {_network(client): _own(client, rates) for client, rates in state.clients.items()},
        "clients_matter": bool(state.clients) or any(_is_network(each) for each in state.resets),
        "resets": {_network(each): str(number) for each, number in state.resets.items()},
        "resets_matter": bool(state.resets),
        "shields": {
            shield.action: {"name": name, "header": shield.account.header}
            for name, shield in limits.shields.items()
        },
        "ietf": limits.headers in ("ietf", "both"),
        "draft03": limits.headers in ("draft-03", "both"),
    }


def admitted(limits: Limits) -> frozenset[str]:
    """The actions that admission is asked about."""
    exact = {
        action for policy in limits.policies.values() if policy.scope == "exact" for action in policy.actions
    }
    return frozenset(exact | {shield.action for shield in limits.shields.values()})


def _asks(config: Config, limits: Limits) -> tuple[Json, Json]:
    """Feature -> method -> what is asked, and what each of those meets."""
    asks: Json = {}
    meets: Json = {}
    for feature, settings in config.features.items():
        methods = {
            method
            for action in limits.actions.values()
            if action.feature == feature
            for method in action.methods
        }
        asks[feature] = {}
        for method in (*sorted(methods), OTHERS):
            action = action_of(limits, feature, method)
            name = action or f":{feature}"
            asks[feature][method] = name
            if name not in meets:
                meets[name] = _meets(limits, name, feature, action)
                meets[name]["target"] = settings.region if settings.route == "pinned" else None
    return asks, meets


def _meets(limits: Limits, name: str, feature: str, action: str) -> dict[str, Any]:
    found = {"id": name, "action": action or None, "exact": action in admitted(limits) or None}
    varies = False
    for each in met(limits, feature, action):
        if each.name in at_edge(limits, each.policy.key) and each.policy.key not in found:
            found[each.policy.key] = each.name
            varies = varies or bool(each.policy.each)
    return {**found, "varies": varies or None}


def _policies(limits: Limits) -> Json:
    taken = {name: slot for key in keys_in_use(limits) for name, slot in slots(limits, key).taken.items()}
    return {
        name: {
            "key": policy.key,
            "slot": taken[name],
            "rate": policy.rate,
            "window": policy.window,
            "burst": policy.burst,
            "tiers": policy.multiplied_by_tier,
            "risk": policy.multiplied_by_risk,
            "each": dict(policy.each) or None,
        }
        for name, policy in limits.policies.items()
        if name in taken
    }


def _own(who: str, rates: Any) -> Json:
    return {"id": who, **rates}


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _network(text: str) -> str:
    """A client as Envoy writes it (192.0.2.1/32); anything else, such as a user, as it is."""
    return str(ip_network(text)) if _is_network(text) else text
