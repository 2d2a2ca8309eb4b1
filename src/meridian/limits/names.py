"""Whom and what people name when they talk about limits, checked where it comes in."""

import ipaddress

from meridian.config.schema.root import Config
from meridian.core.errors import InvalidInput
from meridian.core.names import known_name
from meridian.limits.applies import section
from meridian.limits.settings import Limits


def policy_name(config: Config, text: str) -> str:
    """Raises NotFound with the name that was probably meant."""
    return known_name(text, section(config).policies, "limit")


def action_name(config: Config, text: str) -> str:
    """Raises NotFound with the name that was probably meant."""
    return known_name(text, section(config).actions, "action")


def client_of(limits: Limits, text: str) -> str:
    """The client that an address counts as: an IPv4 address itself, an IPv6 one by its prefix (2001:db8::/64). A prefix of the
    right length is taken as it is. Raises InvalidInput."""
    try:
        network = ipaddress.ip_network(text.strip())
        address = network.network_address
    except ValueError:
        raise _no_client(text) from None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if isinstance(address, ipaddress.IPv4Address):
        if network.num_addresses != 1:
            raise _no_client(text)
        return str(address)
    if network.prefixlen not in (128, limits.ipv6_prefix):
        raise InvalidInput(
            f"IPv6 clients are told apart by their first {limits.ipv6_prefix} bits, not {network.prefixlen}",
            "give one address, or the prefix of this length",
        )
    return str(ipaddress.ip_network((address, limits.ipv6_prefix), strict=False))


def region_of(config: Config, country: str) -> str:
    """The region that serves a country's users, as long as nothing else is known of them."""
    serving = (region for region, codes in config.countries.items() if country in codes)
    return next(serving, config.default_region)


def _no_client(text: str) -> InvalidInput:
    return InvalidInput(
        f"{text.strip()[:60]!r} is not a client's address", "write for example 81.2.69.142 or 2001:db8::1"
    )
