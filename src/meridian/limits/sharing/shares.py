"""Who holds how much of a region's limits. Pure.

An edge's share follows its part of the region's requests, but only when some share is off by more than a tenth of itself, by
more than a point, and by more than chance explains: each move changes every edge's stamp. Nobody holds less than 2 %, so that
who comes to a quiet edge is not turned away at once.
"""

import math
from collections.abc import Mapping

from meridian.limits.sharing.meter import Seen

LEAST = 0.02
RELATIVE = 0.10
ABSOLUTE = 0.01
CHANCE = 3.0
"""Standard deviations of a share that is counted from so few requests."""
DIGITS = 4

Shares = Mapping[str, float]
"""Edge -> the part of each limit that it holds. They add up to 1."""


def even(instances: Mapping[str, object]) -> Shares:
    return rounded(dict.fromkeys(instances, 1 / len(instances)))


def adopted(seen: Mapping[str, Seen]) -> Shares:
    """What the edges say they hold, where that is all of it; otherwise they hold the same. For when control
    has just started."""
    held = {name: each.held for name, each in seen.items() if each.held}
    if len(held) == len(seen) and abs(sum(held.values()) - 1) < 0.02:
        return floored({name: share / sum(held.values()) for name, share in held.items()})
    return even(seen)


def follow(held: Shares, seen: Mapping[str, Seen]) -> Shares:
    """What the edges shall hold. held: what they hold now. seen: the edges that are there, at least one."""
    base = joined(held, seen)
    target = floored(measured(base, seen))
    counted = sum(each.counted for each in seen.values())
    moved = any(_off(base[name], target[name], counted) for name in base)
    return target if moved else base


def joined(held: Shares, seen: Mapping[str, Seen]) -> Shares:
    """Whoever has gone leaves its part to the others; whoever is new gets an even part of them."""
    if held.keys() == seen.keys():
        return held
    staying = {name: share for name, share in held.items() if name in seen}
    if not staying:
        return even(seen)
    left = len(staying) / len(seen) / sum(staying.values())
    return floored({name: staying[name] * left if name in staying else 1 / len(seen) for name in seen})


def measured(base: Shares, seen: Mapping[str, Seen]) -> Shares:
    """Each edge's part of the requests. Of whom nothing is known keeps its share."""
    known = {name: each.rate for name, each in seen.items() if each.rate is not None}
    total = sum(known.values())
    if not total:
        return base
    free = sum(base[name] for name in known)
    return {name: known[name] / total * free if name in known else base[name] for name in base}


def floored(shares: Shares) -> Shares:
    """Nobody below the least; the others give it in proportion to what they hold."""
    least = min(LEAST, 0.5 / len(shares))
    low: set[str] = set()
    while True:
        rest = sum(share for name, share in shares.items() if name not in low)
        scale = (1 - least * len(low)) / rest
        more = {name for name, share in shares.items() if name not in low and share * scale < least}
        if not more:
            return rounded({name: least if name in low else shares[name] * scale for name in shares})
        low |= more


def rounded(shares: Shares) -> Shares:
    """To so many digits that stamps do not change for nothing. What that leaves over is the largest's."""
    found = {name: round(share, DIGITS) for name, share in shares.items()}
    largest = max(found, key=lambda name: (found[name], name))
    found[largest] = round(found[largest] + 1 - math.fsum(found.values()), DIGITS)
    return found


def _off(share: float, target: float, counted: int) -> bool:
    chance = CHANCE * math.sqrt(share * (1 - share) / max(counted, 1))
    return abs(target - share) > max(ABSOLUTE, RELATIVE * share, chance)
