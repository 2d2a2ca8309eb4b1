"""Can one route by this country database? Asked of what was fetched, and of what is there from last time.

The newest database is taken unseen, so it has to prove itself: broad enough, and right about addresses that
have been in one country for decades. One of those may move; several at once do not.
"""

from pathlib import Path

import maxminddb

from meridian.core.errors import InvalidInput, MeridianError
from meridian.geo.convert import countries_of
from meridian.geo.countries import countries
from meridian.geo.lookup import CountryLookup
from meridian.geo.mmdb import Tree

_ANOTHER = "take another with `python -m meridian.geo.build --from FILE`"

FEWEST_NETWORKS = 100_000
FEWEST_COUNTRIES = 200
WRONG_LANDMARKS = 1

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
    expected = {**LANDMARKS, **dict.fromkeys(NOWHERE, "")}
    try:
        with CountryLookup(path) as lookup:
            answers = {address: lookup.country(address) for address in expected}
    except (maxminddb.InvalidDatabaseError, ValueError) as error:
        raise InvalidInput(f"the country database {path} is damaged ({error})", _ANOTHER) from error
    wrong = [address for address, country in answers.items() if country != expected[address]]
    if len(wrong) <= WRONG_LANDMARKS and not set(wrong) & set(NOWHERE):
        return
    first = f"{wrong[0]} is in {expected[wrong[0]] or 'no country'}, not {answers[wrong[0]] or 'nowhere'}"
    raise InvalidInput(
        f"the country database is wrong about {len(wrong)} well-known addresses ({first})", _ANOTHER
    )


def complaint(path: Path) -> str:
    """What is wrong with the database at `path`, or "" when it can be used."""
    try:
        check_answers(path)
    except MeridianError as error:
        return error.what
    return ""
