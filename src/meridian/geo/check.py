"""Can one route by this country database? Asked of what was fetched, and of what is there from last time.

The newest database is taken unseen, so it has to prove itself: broad enough, and right about addresses that
have been in one country for decades. One of those may move; several at once do not.
"""

from pathlib import Path

from meridian.core.errors import InvalidInput, MeridianError
from meridian.geo.convert import countries_of
from meridian.geo.countries import countries
from meridian.geo.lookup import CountryLookup
from meridian.geo.mmdb import Tree

FEWEST_NETWORKS = 100_000
FEWEST_COUNTRIES = 200
LANDMARKS_RIGHT = 0.9

LANDMARKS = {
    "81.2.69.142": "GB",
    "131.111.8.46": "GB",
    "141.20.1.1": "DE",
    "130.237.28.40": "SE",
    "128.32.0.1": "US",
    "18.9.22.69": "US",
    "49.36.0.1": "IN",
    "177.0.0.1": "BR",
    "200.144.248.41": "BR",
    "133.11.0.1": "JP",
    "1.128.0.1": "AU",
    "41.0.0.1": "ZA",
    "2a01:cb00::1": "FR",
    "2409:4000::1": "IN",
    "2804:14c::1": "BR",
    "2600:1700::1": "US",
}
"""Universities and national carriers, and the country they are in."""
NOWHERE = ("10.0.0.1", "127.0.0.1", "192.168.1.1", "fd00::1", "::1")
"""Addresses that are in no country."""


def check_breadth(tree: Tree) -> None:
    """Raises InvalidInput when a converted database has too few networks or countries to be whole."""
    known = set(countries_of(tree.records)) & countries().keys()
    if tree.networks >= FEWEST_NETWORKS and len(known) >= FEWEST_COUNTRIES:
        return
    raise InvalidInput(
        f"the country database has only {tree.networks} networks in {len(known)} countries",
        f"take one with at least {FEWEST_NETWORKS} networks in {FEWEST_COUNTRIES} countries",
    )


def check_answers(path: Path) -> None:
    """Raises MeridianError when the database at `path` is no database or wrong about well-known addresses."""
    with CountryLookup(path) as lookup:
        wrong = [
            f"{address} is in {expected}, not {lookup.country(address) or 'nowhere'}"
            for address, expected in LANDMARKS.items()
            if lookup.country(address) != expected
        ]
        placed = [address for address in NOWHERE if lookup.country(address)]
    if placed or len(wrong) > len(LANDMARKS) * (1 - LANDMARKS_RIGHT):
        said = [*wrong, *(f"{address} is in no country" for address in placed)]
        raise InvalidInput(
            f"the country database is wrong about {len(said)} well-known addresses ({said[0]})",
            "take another with `python -m meridian.geo.build --from FILE`",
        )


def complaint(path: Path) -> str:
    """What is wrong with the database at `path`, or "" when it can be used."""
    try:
        check_answers(path)
    except MeridianError as error:
        return error.what
    return ""
