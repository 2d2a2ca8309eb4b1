"""No rule of the policy leads a bound request out of its residency set. (The compiler proves the same of what it compiled.)"""

from collections.abc import Iterator
from itertools import pairwise

from meridian.config.schema.root import Config
from meridian.config.schema.service import AppFeature
from meridian.core.errors import Finding
from meridian.core.suggest import listed

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
        what = f"failover to any region would lead out of its residency ({feature.residency})"
        yield Finding((*path, "failover"), what, "write `failover: region`, or `residency: open`")
    yield from _starts(config, name, feature)


def _starts(config: Config, name: str, feature: AppFeature) -> Iterator[Finding]:
    """The home location of the region a feature runs in must itself be allowed; else every request would be refused."""
    refused: dict[tuple[str, str], list[str]] = {}
    for user_region, bound in bounds(config, feature):
        target = feature.region if feature.route == "pinned" else user_region
        if target is None or target not in config.regions or feature.route in ("nearest", "optimal"):
            continue
        if feature.route == "home" and feature.residency == "home":
            continue  # a fault of the region, found with it
        home = config.regions[target].locations[0]
        if home not in config.residency[bound].locations:
            refused.setdefault((home, bound), []).append(user_region)
    for (home, bound), users in refused.items():
        yield Finding(
            ("features", name, "residency"),
            f"it runs in {home} for users of {listed(users)}, outside residency set {bound} to which it binds them",
            f"add {home} to the set, pin it to another region, or choose another residency",
        )


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
    users = listed(sorted(set.union(*features.values())))
    bind = (
        f"feature {listed(list(features))} binds"
        if len(features) == 1
        else f"features {listed(list(features))} bind"
    )
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
    """The regions whose chain these requests can follow. A home location outside the set is another finding."""
    inside = config.residency[bound].locations
    starts = [name for name, region in config.regions.items() if region.locations[0] in inside]
    if feature.route == "pinned":
        yield from (name for name in starts if name == feature.region)
    elif feature.route == "home":
        yield from (name for name in starts if name == user_region)
    else:
        yield from starts
