"""Which clients count as one network: an IPv4 /24 or an IPv6 /48, as routing on the Internet hardly splits them further."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

IPV4_BITS = 24
IPV6_BITS = 48


def network_of(address: str) -> str:
    """ "81.2.69.142" -> "81.2.69.0/24"; empty for text that is no address."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ip_network((int(parsed), IPV6_BITS), strict=False))
        parsed = parsed.ipv4_mapped
    return str(ip_network((int(parsed), IPV4_BITS), strict=False))
