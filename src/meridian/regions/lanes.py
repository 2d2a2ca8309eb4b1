"""Lanes: each way that a feature's requests can take, written out: for whom, to which region, through which locations.

A lane is what the compiler turns into a route and a cluster, and what the proof checks. The Avalo profile has about forty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meridian.config.inventory import Inventory
from meridian.config.schema.root import Config
from meridian.envoy.cluster import Groups, Hop
from meridian.regions.policy import get_failover_order, owners, residency_of, targets


@dataclass(frozen=True, slots=True)
class Lane:
    """user_region: empty where the lane is the same for users of every region. bound: residency set, or `open`.
    chain: locations."""

    feature: str
    user_region: str
    target: str
    bound: str
    chain: tuple[str, ...]


def lanes(config: Config) -> tuple[Lane, ...]:
    """Every lane, by feature; the order in which features are written means nothing."""
    found: dict[Lane, None] = {}
    for feature, settings in sorted(config.features.items()):
        personal = settings.residency == "home" and settings.route != "home"
        for user in config.regions:
            for target in targets(config, feature, user):
                bound = residency_of(config, feature, user)
                chain = get_failover_order(config, feature, user, target)
                found[Lane(feature, user if personal else "", target, bound, chain)] = None
    return tuple(found)


def hops(
    config: Config, inventory: Inventory, region: str, service: str, chain: Sequence[str]
) -> tuple[Hop, ...]:
    """The chain as the edge of `region` sees it: its own region's instances, and the other regions' edges."""
    found: dict[str, Hop] = {}
    regions = owners(config)
    for location in chain:
        owner = regions.get(location, "")
        if owner == region:
            found.setdefault(location, Hop(location, "location", inventory.addresses(location, service)))
        elif peer := inventory.peers.get(region, {}).get(owner):
            found.setdefault(owner, Hop(owner, "peer", (peer,)))
    return tuple(found.values())


def own_part(config: Config, region: str, chain: Sequence[str]) -> tuple[str, ...]:
    """The part of a chain that the edge of `region` tries when another edge hands it the request: its own locations. It
    never hands one on, so no request can travel in a circle."""
    return tuple(location for location in chain if location in config.regions[region].locations)


def drained(chain: Sequence[Hop], drains: Mapping[str, float]) -> Groups:
    """The hops as priorities. One that is being drained shares its priority with the next until nothing goes there any more;
    one that is drained is left out altogether, so that not even a failover leads back to it."""
    left = [hop for hop in chain if drains.get(hop.name, 0.0) < 1.0]
    if not left:
        return ()
    first, *others = left
    share = round(100 * drains.get(first.name, 0.0))
    if share and others:
        return ({first: 100 - share, others[0]: share}, *({hop: 100} for hop in others[1:]))
    return tuple({hop: 100} for hop in left)
