"""Which client an address counts as: the same wherever it is counted, recorded or named. Envoy masks addresses alike."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_network


@lru_cache(maxsize=16384)
def client_of(address: str, ipv6_prefix: int) -> str:
    """An IPv4 address itself, also where a proxy wrote it as IPv6; an IPv6 one by its prefix (2001:db8::/64). What is no address
    stays as it is."""
    if ":" not in address:
        return address.removesuffix("/32")
    try:
        if "/" in address:
            return str(ip_network(address, strict=False))
        parsed = IPv6Address(address.strip("[]"))
    except ValueError:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed), ipv6_prefix), strict=False))
