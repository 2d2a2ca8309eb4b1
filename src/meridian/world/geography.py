"""How long a round trip between two regions takes in a world that runs on one machine."""

import math
from collections.abc import Mapping
from types import MappingProxyType

Place = tuple[float, float]
"""Degrees north, degrees east."""

KNOWN: Mapping[frozenset[str], float] = MappingProxyType(
    {
        frozenset(("EU", "US")): 0.090,
        frozenset(("EU", "APAC")): 0.160,
        frozenset(("US", "APAC")): 0.180,
    }
)
"""Seconds of a round trip, by pair of regions."""

UNKNOWN = 0.150
_EARTH_KM = 6371.0


def distance(one: Place, other: Place) -> float:
    """Kilometres along the great circle (haversine formula)."""
    north1, east1, north2, east2 = (math.radians(degrees) for degrees in (*one, *other))
    half = math.sin((north2 - north1) / 2) ** 2
    half += math.cos(north1) * math.cos(north2) * math.sin((east2 - east1) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def round_trip(one: str, other: str, places: Mapping[str, Place]) -> float:
    """Seconds between two regions. places: region -> where its home location is; (0, 0) and absent mean
    unknown.

    For pairs not in KNOWN: 10 ms, and 1 ms for every 80 km. Light in fibre does 100 km of distance per
    millisecond of round trip; cables are not straight.
    """
    if one == other:
        return 0.0
    known = KNOWN.get(frozenset((one, other)))
    if known is not None:
        return known
    here, there = places.get(one, (0.0, 0.0)), places.get(other, (0.0, 0.0))
    if (0.0, 0.0) in (here, there):
        return UNKNOWN
    return round(0.010 + distance(here, there) / 80_000, 4)
