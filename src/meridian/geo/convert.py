"""Any country database in MaxMind's format, turned into the one that edges use.

Envoy's geoip filter looks at `country.iso_code` only, while the database we take has a flat `country_code`.
The tree stays as it is; about 250 records are written anew and its branches to them renumbered. Two things
are put right on the way: addresses that are nobody's have no country (as published, 192.168.0.0/16 is in
Australia), and an IPv4 address written as IPv6 has the country of the IPv4 address.
"""

from collections.abc import Iterable
from ipaddress import IPv6Network, ip_network
from typing import Any

import numpy as np

from meridian.core.errors import InvalidInput
from meridian.geo.mmdb import EMPTY, FIRST, Tree

DATABASE_TYPE = "Meridian-Country"
MAPPED = IPv6Network("::ffff:0:0/96")
"""IPv4 addresses as IPv6 writes them (RFC 4291 section 2.5.5.2). Dual-stack proxies put such addresses into
X-Forwarded-For, and Envoy looks them up as they are."""
NOBODYS = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "100::/64", "2001:2::/48", "2001:10::/28"),
        *("2001:20::/28", "2001:db8::/32", "3fff::/20", "fc00::/7", "fe80::/10", "ff00::/8"),
    )
)
"""Private, shared, loopback, documentation, multicast and reserved addresses (RFC 6890)."""


def convert(tree: Tree) -> Tree:
    """The same networks with records {"country": {"iso_code": "FR"}}; those without a country are dropped.

    Raises InvalidInput when the database does not cover both IPv4 and IPv6 or names no countries.
    """
    if tree.metadata.get("ip_version") != 6:
        raise InvalidInput("the country database covers IPv4 only", "take one that covers IPv4 and IPv6")
    codes = [_code(record) for record in tree.records]
    kept = sorted({code for code in codes if code})
    if not kept:
        raise InvalidInput(
            "the database names no countries", "its records need `country_code` or `country.iso_code`"
        )
    place = {code: FIRST - number for number, code in enumerate(kept)}
    table = np.array([place.get(code, EMPTY) for code in codes], np.int32)
    children = tree.children.copy()
    held = children < EMPTY
    children[held] = table[FIRST - children[held]]
    records = tuple({"country": {"iso_code": code}} for code in kept)
    metadata = {**tree.metadata, "database_type": DATABASE_TYPE}
    return _with_mapped_ipv4(_without_nobodys(Tree(children, records, metadata)))


def _without_nobodys(tree: Tree) -> Tree:
    for network in NOBODYS:
        tree = tree.grafted(network, EMPTY)
    return tree


def _with_mapped_ipv4(tree: Tree) -> Tree:
    """Lets ::ffff:a.b.c.d lead where a.b.c.d does, as MaxMind's own databases do."""
    return tree.grafted(MAPPED, tree.branch(ip_network("::/96")))


def _code(record: Any) -> str:
    """The country that a record names in any of the usual layouts, upper case, or nothing."""
    if not isinstance(record, dict):
        return ""
    nested = record.get("country")
    code = nested.get("iso_code") if isinstance(nested, dict) else record.get("country_code", nested)
    if not isinstance(code, str) or len(code) != 2 or not (code.isascii() and code.isalpha()):
        return ""
    return code.upper()


def countries_of(records: Iterable[Any]) -> list[str]:
    """The code of each record of a converted database."""
    return [record["country"]["iso_code"] for record in records]
