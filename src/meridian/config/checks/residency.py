"""No rule of the policy leads a bound request out of its residency set. (The compiler proves the same of what it compiled.)"""

from collections.abc import Iterator
from itertools import pairwise

from meridian.config.schema.root import Config
from meridian.config.schema.service import AppFeature
from meridian.core.errors import Finding

OPEN = "open"


def check(config: Config) -> Iterator[Finding]:
    for name, feature in config.features.items():
        yield from _routing(config, name, feature)
    yield from _edges(config)


def _routing(config: Config, name: str, feature: AppFeature) -> Iterator[Finding]:
    path = ("features", name)
    if feature.route == "pinned" and feature.region is None:
        todo = f"add `region:` with one of {', '.join(config.regions)}"
        yield Finding((*path, "route"), "a pinned feature needs the region it is pinned to", todo)
    if feature.route != "pinned" and feature.region is not None:
        what = f"only a pinned feature has a region, and this one's route is {feature.route}"
        yield Finding((*path, "region"), what, "remove it, or write `route: pinned`")
    if feature.failover == "any" and feature.residency != OPEN:
        what = f"failover to any region would lead out of residency {feature.residency}"
        yield Finding((*path, "failover"), what, "write `failover: region`, or `residency: open`")
    for user_region, bound in bounds(config, feature):
        yield from _start(config, name, feature, user_region, bound)


def _start(config: Config, name: str, feature: AppFeature, user_region: str, bound: str) -> Iterator[Finding]:
    """The home location of the region a feature runs in must itself be allowed; else every request would be refused."""
    target = feature.region if feature.route == "pinned" else user_region
    if target not in config.regions or feature.route in ("nearest", "optimal"):
        return
    home = config.regions[target].locations[0]
    inside = config.residency[bound].locations
    if home in inside or (feature.route == "home" and feature.residency == "home"):
        return  # the latter is a fault of the region, found with it
    what = (
        f"it runs in {home} for users of {user_region}, outside residency set {bound} to which it binds them"
    )
    todo = f"add {home} to the set, pin it to another region, or choose another residency"
    yield Finding(("features", name, "residency"), what, todo)


def _edges(config: Config) -> Iterator[Finding]:
    """Each failover edge (from -> to) of each chain that a bound feature follows. One finding an edge and set."""
    leaks: dict[tuple[str, str, str, str], dict[str, set[str]]] = {}
    for name, feature in config.features.items():
        for user_region, bound in bounds(config, feature):
            inside = config.residency[bound].locations
            for target in _targets(config, feature, user_region, bound):
                for before, after in pairwise(config.regions[target].chain):
                    if after in config.locations and after not in inside:
                        users = leaks.setdefault((target, before, after, bound), {})
                        users.setdefault(name, set()).add(user_region)
    for (target, before, after, bound), features in leaks.items():
        yield _leak(config, target, (before, after), bound, features)


def _leak(
    config: Config, target: str, edge: tuple[str, str], bound: str, features: dict[str, set[str]]
) -> Finding:
    first, *others = features
    users = ", ".join(sorted(set.union(*features.values())))
    bind = f"feature {first} binds" if not others else f"feature {first} and {len(others)} more bind"
    declared = config.regions[target].failover
    path = ("regions", target, "locations" if declared is None else "failover")
    index = (config.regions[target].locations if declared is None else declared).index(edge[1])
    return Finding(
        (*path, index),
        f"failover edge {edge[0]} -> {edge[1]} leads out of residency set {bound}, to which {bind} users of {users}",
        f"remove {edge[1]} from the chain, or add it to residency.{bound}.locations",
    )


def bounds(config: Config, feature: AppFeature) -> Iterator[tuple[str, str]]:
    """(region of the user, residency set that binds their requests), where both exist."""
    for name, region in config.regions.items():
        bound = region.residency if feature.residency == "home" else feature.residency
        if bound in config.residency:
            yield name, bound


def _targets(config: Config, feature: AppFeature, user_region: str, bound: str) -> Iterator[str]:
    """The regions whose chain these requests can follow: one by rule, or any that the set allows to start in."""
    if feature.route == "pinned":
        yield from (name for name in (feature.region,) if name in config.regions)
    elif feature.route == "home":
        yield user_region
    else:
        inside = config.residency[bound].locations
        yield from (name for name, region in config.regions.items() if region.locations[0] in inside)
