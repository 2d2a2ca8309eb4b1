"""Real client addresses of every country, drawn from the database, for traffic that looks like the world's.

The tree is walked a level at a time with numpy: a million networks in a few tenths of a second.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from pathlib import Path

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from meridian.core.errors import InvalidInput
from meridian.geo import mmdb
from meridian.geo.convert import countries_of
from meridian.geo.mmdb import EMPTY, FIRST, Tree

_IPV4 = IPv6Network("::/96")
_IPV4_BITS = 32
_IPV6_BITS = 64
"""IPv6 networks are told apart by the upper half of an address; the lower half is the client's own choice."""


@dataclass(frozen=True, slots=True)
class Networks:
    """Networks as arrays of one length, in order of `country`.

    first: their first addresses as numbers; of IPv6, the upper half. size: how many such numbers each has.
    country: indices into the country codes."""

    first: NDArray[np.uint64]
    size: NDArray[np.float64]
    country: NDArray[np.int16]

    def of(self, country: int) -> "Networks":
        start, end = np.searchsorted(self.country, np.array([country, country + 1], np.int16))
        return Networks(self.first[start:end], self.size[start:end], self.country[start:end])


@dataclass(frozen=True, slots=True)
class Blocks:
    """All networks of a database. codes: the countries that it names; networks have indices into them."""

    codes: tuple[str, ...]
    ipv4: Networks
    ipv6: Networks

    def weights(self) -> dict[str, float]:
        """Country -> its share of the world's IPv4 addresses; together 1. It leans to the net's first countries."""
        sizes = np.bincount(self.ipv4.country, self.ipv4.size, len(self.codes))
        return dict(zip(self.codes, (sizes / sizes.sum()).tolist(), strict=True))

    def addresses(
        self, seed: int, per_country: int = 64, ipv6_share: float = 0.2
    ) -> Mapping[str, tuple[str, ...]]:
        """Country -> `per_country` addresses in it, `ipv6_share` of them IPv6 where it has both kinds.

        IPv4 is drawn evenly from a country's addresses, IPv6 evenly from its networks, whose sizes say little
        of clients. A small country may get one twice. The same seed and database give the same addresses."""
        return self.draw(dict.fromkeys(self.codes, per_country), seed, ipv6_share)

    def draw(
        self, counts: Mapping[str, int], seed: int, ipv6_share: float = 0.2
    ) -> Mapping[str, tuple[str, ...]]:
        """As `addresses`, with a number for each country: a country that is not in `counts` is left out."""
        chance = default_rng(seed)
        drawn: dict[str, tuple[str, ...]] = {}
        for number, code in enumerate(self.codes):
            count = counts.get(code, 0)
            ipv4, ipv6 = self.ipv4.of(number), self.ipv6.of(number)
            share = ipv6_share if len(ipv4.first) and len(ipv6.first) else float(len(ipv6.first) > 0)
            six = round(count * share)
            four = count - six if len(ipv4.first) else 0
            if four + six:
                drawn[code] = (*_draw_ipv4(ipv4, four, chance), *_draw_ipv6(ipv6, six, chance))
        return drawn


def read_blocks(path: Path) -> Blocks:
    """The networks of the database that `geo.build` wrote at `path`. Raises InvalidInput when it is none."""
    try:
        tree = mmdb.read(path.read_bytes())
        codes = tuple(countries_of(tree.records))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InvalidInput(
            f"the country database {path} cannot be read ({error})", "run `make setup`"
        ) from error
    root = tree.branch(_IPV4)
    return Blocks(codes, _walk(tree, root, _IPV4_BITS), _walk(tree, 0, _IPV6_BITS, leave_out=root))


def _walk(tree: Tree, root: int, bits: int, leave_out: int = EMPTY) -> Networks:
    """The networks under `root` whose prefixes have at most `bits` bits, but for those under `leave_out`."""
    nodes = np.array([root] if root >= 0 else [], np.int64)
    prefixes = np.zeros(len(nodes), np.uint64)
    firsts, sizes, found = [], [], []
    for below in reversed(range(bits)):
        branches = tree.children[nodes]
        longer = np.stack([prefixes << np.uint64(1), prefixes << np.uint64(1) | np.uint64(1)], axis=1)
        held = branches < EMPTY
        firsts.append(longer[held] << np.uint64(below))
        sizes.append(np.full(np.count_nonzero(held), 2.0**below))
        found.append((FIRST - branches[held]).astype(np.int16))
        inner = (branches >= 0) & (branches != leave_out)
        nodes, prefixes = branches[inner], longer[inner]
    country = np.concatenate(found)
    order = np.argsort(country, kind="stable")
    return Networks(np.concatenate(firsts)[order], np.concatenate(sizes)[order], country[order])


def _draw_ipv4(networks: Networks, count: int, chance: Generator) -> list[str]:
    """Without the first and last address of a network, which are seldom a client's."""
    if not count:
        return []
    ends = np.cumsum(networks.size)
    which = np.searchsorted(ends, chance.random(count) * ends[-1], side="right")
    size = networks.size[which].astype(np.uint64)
    spare = np.where(size > 2, np.uint64(1), np.uint64(0))
    numbers = networks.first[which] + spare + chance.integers(0, size - 2 * spare, dtype=np.uint64)
    return [str(IPv4Address(number)) for number in numbers.tolist()]


def _draw_ipv6(networks: Networks, count: int, chance: Generator) -> list[str]:
    if not count:
        return []
    which = chance.integers(0, len(networks.first), count)
    inside = (networks.size[which] - 1).astype(np.uint64)
    upper = networks.first[which] + chance.integers(0, inside, dtype=np.uint64, endpoint=True)
    lower = chance.integers(1, 2**64, count, dtype=np.uint64)
    return [
        str(IPv6Address(high << 64 | low)) for high, low in zip(upper.tolist(), lower.tolist(), strict=True)
    ]
