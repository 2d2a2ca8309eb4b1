"""Limits as prices, so that no change of a limit ever resets a counter.

Envoy forgets every bucket of a limiter whose configuration changes by one byte. So its buckets are made once and mean nothing
by themselves: each holds a billion credits, and the stamp says what a request costs. A limit of 100 a minute is a bucket that
fills in a minute and a price of ten million credits. Another rate, tier, risk or an operator's override is another price: what
is left of the bucket keeps its proportion.

A bucket is chosen by its slot ("60000/3": filled in 60,000 ms, third of those), the user or client that is counted, and a
generation where an operator has reset it. The slots of a key are made in advance, for the usual windows and more policies than
there are; a policy finds its slot by its name, so that adding one does not move the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

from meridian.limits.applies import ORDER
from meridian.limits.quota import Quota, quota
from meridian.limits.settings import Key, Limits, Policy

WIDE: tuple[Key, ...] = ("country", "region")
"""Keys that many users share, wherever each of them is sent."""
CREDITS = 1_000_000_000
"""In a full bucket. Envoy takes at most so many at once, too."""
USUAL: Mapping[Key, tuple[int, ...]] = {
    "burst": (1000, 2000, 5000, 10_000),
    "user": (60_000, 300_000, 3_600_000),
    "client": (60_000,),
    "address": (60_000,),
    "country": (60_000,),
    "region": (60_000,),
}
"""Milliseconds in which buckets fill that exist whether or not a policy uses them."""
SPARE: Mapping[Key, int] = {"burst": 4, "user": 16, "client": 16, "address": 4, "country": 4, "region": 4}
"""Slots for each of those."""


def at_edge(limits: Limits, key: Key) -> dict[str, Policy]:
    """The policies that Envoy enforces: exact ones have their own counters, and shadows are counted from the access log."""
    return {
        name: policy
        for name, policy in limits.policies.items()
        if policy.key == key and policy.scope == "edge" and not policy.shadow
    }


def keys_in_use(limits: Limits) -> tuple[Key, ...]:
    return tuple(key for key in ORDER if at_edge(limits, key))


@dataclass(frozen=True, slots=True)
class Slots:
    """The buckets of one key. fills: milliseconds -> how many slots there are for it. taken: policy -> its slot."""

    fills: Mapping[int, int]
    taken: Mapping[str, str]

    def names(self) -> list[str]:
        return [f"{fill}/{number}" for fill in sorted(self.fills) for number in range(self.fills[fill])]


def slots(limits: Limits, key: Key) -> Slots:
    wanted: dict[int, list[str]] = {fill: [] for fill in USUAL[key]}
    for name, policy in at_edge(limits, key).items():
        wanted.setdefault(fill_of(quota(limits, policy)), []).append(name)
    fills: dict[int, int] = {}
    taken: dict[str, str] = {}
    for fill, names in wanted.items():
        fills[fill] = _room(SPARE[key], len(names))
        free = list(range(fills[fill]))
        for name in names:
            start = crc32(name.encode()) % fills[fill]
            number = min(free, key=lambda each: (each - start) % fills[fill])
            free.remove(number)
            taken[name] = f"{fill}/{number}"
    return Slots(fills, taken)


def _room(least: int, names: int) -> int:
    """A power of two, at least twice as many as are needed."""
    while least < 2 * names:
        least *= 2
    return least


def fill_of(quota: Quota) -> int:
    """Milliseconds in which an empty bucket fills; Envoy's shortest is 50."""
    return max(50, round(quota.refill * 1000))


def shared_keys(limits: Limits) -> tuple[Key, ...]:
    """The keys whose limits the edges of a region divide among themselves (see `sharing`)."""
    return ORDER if limits.edges == "share" else WIDE


def price_of(quota: Quota, part: float = 1.0) -> int:
    """Credits that one request costs: a full bucket pays for exactly `quota.burst` of them, up to a burst of 31,622, and for
    slightly fewer above.

    part: of the limit that the edge holds. A bucket always pays for one request: a part of less than one would be no limit, but
    a closed door."""
    wanted = quota.burst * part
    price = max(1, min(CREDITS, int(CREDITS / wanted)))
    return price + 1 if wanted >= 1 and CREDITS // price > wanted else price
