"""The users behind the traffic: where they are, which edge their client uses, and the token they carry."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from meridian.world.traffic.law import Law
from meridian.world.traffic.mix import Mix

LARGEST = 5_000
SMALLEST = 300


@dataclass(frozen=True, slots=True)
class User:
    """home: the region that the user's country belongs to. edge: region of the edge that the client uses."""

    id: str
    country: str
    address: str
    tier: str
    home: str
    edge: str
    token: str


def size_for(rps: int) -> int:
    """Enough users that each asks about once in ten seconds; no more than can be signed for in a second."""
    return max(SMALLEST, min(LARGEST, rps * 10))


def gather(
    addresses: Mapping[str, Sequence[str]],
    weights: Mapping[str, float],
    law: Law,
    mix: Mix,
    sign: Callable[[str, str, str], str],
    count: int,
    chance: random.Random,
) -> list[User]:
    """At least one user of every country in `addresses`, the others by the square root of its share of the world's
    addresses, so that small countries are heard. sign: id, tier, country -> token."""
    countries = sorted(code for code in addresses if addresses[code])
    heavy = [max(weights.get(code, 0.0), 1e-9) ** 0.5 for code in countries]
    drawn = countries + chance.choices(countries, heavy, k=max(0, count - len(countries)))
    regions = list(law.bound)
    tiers = chance.choices(list(mix.tiers), list(mix.tiers.values()), k=len(drawn))
    users = []
    for number, (country, tier) in enumerate(zip(drawn, tiers, strict=True)):
        home = law.home(country)
        others = [region for region in regions if region != home]
        edge = chance.choice(others) if others and chance.random() < mix.travellers else home
        id = f"traffic-{number:05d}"
        token = sign(id, tier, country)
        users.append(User(id, country, chance.choice(addresses[country]), tier, home, edge, token))
    return users
