"""The users of a load test: who they are, where, and which edge their client uses. Drawn once, from the seed, for all shards.

User by user they take turns: flow n is user n modulo their number. With users drawn at random for each flow some would, by
chance, ask several times as often as others, and meet limits that were made for honest users.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meridian.core.errors import InvalidInput
from meridian.loadtest.plan import Shard
from meridian.loadtest.scenario.chance import Stream
from meridian.loadtest.scenario.model import Users
from meridian.loadtest.scenario.target import Addresses, Target

ANONYMOUS = ""
"""The id of a user who is not signed in."""


@dataclass(frozen=True, slots=True)
class User:
    """What checks of a Python scenario are given. id: empty when not signed in. home: the region that the user's country belongs
    to. origin: place of the edge that the client uses, in the plan's list. address: the client's; empty: not told."""

    id: str
    country: str
    tier: str
    home: str
    origin: int
    address: str


@dataclass(frozen=True, slots=True)
class Crowd:
    """All users, as columns: a plan travels to every process. countries, tiers: what the numbers in the columns mean."""

    prefix: str
    countries: Sequence[str]
    homes: Sequence[str]
    tiers: Sequence[str]
    country: NDArray[np.uint16]
    tier: NDArray[np.uint8]
    origin: NDArray[np.uint8]
    anonymous: NDArray[np.bool_]
    addresses: Sequence[str]

    def __len__(self) -> int:
        return len(self.country)

    def user(self, number: int) -> User:
        there = self.country[number]
        anonymous = bool(self.anonymous[number])
        return User(
            ANONYMOUS if anonymous else f"{self.prefix}-{number}",
            self.countries[there],
            ANONYMOUS if anonymous else self.tiers[self.tier[number]],
            self.homes[there],
            int(self.origin[number]),
            self.addresses[number] if self.addresses else "",
        )

    def of(self, shard: Shard, flows: int) -> list[int]:
        """The users whose flows a shard sends, of so many flows of all shards."""
        size = len(self)
        turns = min(max(0, -(-(flows - shard.index) // shard.count)), size)
        numbers = (shard.index + shard.count * np.arange(turns, dtype=np.int64)) % size
        return sorted(set(numbers.tolist()))


def gather(users: Users, target: Target, seed: int, scale: float = 1.0, flows: int | None = None) -> Crowd:
    """flows: of the whole run; there are no more users than that. None: who knows.

    Raises InvalidInput where a country of the scenario has no address in the database."""
    size = max(1, min(round(users.count * scale), users.count * 1000 if flows is None else flows))
    numbers = np.arange(size, dtype=np.uint64)
    known = _known(target) if target.client_header or not users.countries else None
    countries, weights = _countries(users, target, known)
    tiers = list(users.tiers)
    country = _drawn(Stream(seed, "country").units(numbers), weights)
    homes = [target.home(code) for code in countries]
    addresses: list[str] = []
    if target.client_header and known is not None:
        addresses = _addresses(users, known, countries, country, seed)
    return Crowd(
        f"load-{seed & 0xFFFF_FFFF:08x}",
        countries,
        homes,
        tiers,
        country.astype(np.uint16),
        _drawn(Stream(seed, "tier").units(numbers), list(users.tiers.values())).astype(np.uint8),
        _origins(users, target, [homes[there] for there in country.tolist()], seed),
        Stream(seed, "anonymous").units(numbers) < users.anonymous,
        addresses,
    )


def _countries(users: Users, target: Target, known: Addresses | None) -> tuple[list[str], list[float]]:
    if users.countries or known is None:
        return list(users.countries), list(users.countries.values())
    world = known.weights()
    served = sorted(code for code in target.region_of if world.get(code, 0.0) > 0)
    if not served:
        raise InvalidInput(f"{target.name} serves no country that has addresses", "name `users.countries`")
    return served, [world[code] ** 0.5 for code in served]


def _known(target: Target) -> Addresses:
    """The target's addresses, or those of the database, which takes half a second to read and so is read only here."""
    if target.addresses is not None:
        return target.addresses
    from meridian.geo.blocks import read_blocks
    from meridian.geo.lookup import default_database

    return read_blocks(default_database())


def _drawn(chance: NDArray[np.float64], weights: Sequence[float]) -> NDArray[np.int64]:
    """Places in `weights`, each as often as it weighs."""
    ends = np.cumsum(weights)
    places = np.searchsorted(ends, chance * ends[-1], side="right")
    drawn: NDArray[np.int64] = np.minimum(places, len(ends) - 1).astype(np.int64)
    return drawn


def _addresses(
    users: Users, known: Addresses, countries: Sequence[str], country: NDArray[np.int64], seed: int
) -> list[str]:
    needed = np.bincount(country, minlength=len(countries)).tolist()
    counts = {
        code: count if users.own_address else 1
        for code, count in zip(countries, needed, strict=True)
        if count
    }
    drawn = known.draw(counts, seed & 0xFFFF_FFFF_FFFF_FFFF)
    if lacking := [code for code in counts if not drawn.get(code)]:
        raise InvalidInput(
            f"no address in {lacking[0]} is known",
            "leave the country out of the scenario's `users.countries`",
        )
    return _dealt(drawn, [countries[there] for there in country.tolist()])


def _dealt(drawn: Mapping[str, Sequence[str]], countries: Sequence[str]) -> list[str]:
    taken = dict.fromkeys(drawn, 0)
    dealt = []
    for code in countries:
        there = drawn[code]
        dealt.append(there[taken[code] % len(there)])
        taken[code] += 1
    return dealt


def _origins(users: Users, target: Target, homes: Sequence[str], seed: int) -> NDArray[np.uint8]:
    """The edge of the user's region, or of another one's for travellers; the first, where a region has none here."""
    place = {origin.name: number for number, origin in enumerate(target.origins)}
    travels, whither = Stream(seed, "travels"), Stream(seed, "whither")
    others = {home: [at for at in place.values() if at != place.get(home, 0)] for home in set(homes)}
    found = []
    for number, home in enumerate(homes):
        away = others[home]
        if users.travellers and away and travels.unit(number) < users.travellers:
            found.append(away[whither.bits(number) % len(away)])
        else:
            found.append(place.get(home, 0))
    return np.array(found, np.uint8)
