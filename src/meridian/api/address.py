"""Whose word is taken for a client's address: the same rules as the edges have, for requests that reach
control directly."""

import ipaddress
from collections.abc import Mapping

from meridian.config.schema.edge import ClientAddress


def client_address(rules: ClientAddress, peer: str, headers: Mapping[str, str]) -> str:
    """The client's address as text, or empty when the connection has none.

    peer: the address of the connection. Hops of x-forwarded-for are believed from the right, as long as
    the one who wrote them is trusted: the first hop that is not a trusted proxy is the client. A hop that
    is no address ends the walk at the proxy that wrote it."""
    connection = parsed(peer)
    if connection is None:
        return ""
    trusted = [ipaddress.ip_network(network) for network in rules.trusted]
    if not _inside(connection, trusted):
        return str(connection)
    value = headers.get(rules.header, "")
    if rules.header == "cf-connecting-ip":
        return str(parsed(value) or connection)
    client = connection
    for hop in reversed(value.split(",")):
        address = parsed(hop)
        if address is None:
            break
        client = address
        if not _inside(address, trusted):
            break
    return str(client)


def parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address; IPv4 written inside IPv6 is IPv4. None when `text` is none."""
    try:
        address = ipaddress.ip_address(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _inside(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
    networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network],
) -> bool:
    return any(address in network for network in networks)
