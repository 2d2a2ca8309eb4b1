"""Whom and what people name when they talk about limits, checked where it comes in."""

import ipaddress

from meridian.config.schema.root import Config
from meridian.core.errors import InvalidInput
from meridian.core.names import known_name
from meridian.limits import clients
from meridian.limits.applies import section
from meridian.limits.settings import Limits


def policy_name(config: Config, text: str) -> str:
    """Raises NotFound with the name that was probably meant."""
    return known_name(text, section(config).policies, "limit")


def action_name(config: Config, text: str) -> str:
    """Raises NotFound with the name that was probably meant."""
    return known_name(text, section(config).actions, "action")


def client_of(limits: Limits, text: str) -> str:
    """The client that somebody names, as `clients.client_of` writes it. A prefix of the right length is taken as it is. Raises
    InvalidInput."""
    try:
        network = ipaddress.ip_network(text.strip())
    except ValueError:
        raise _no_client(text) from None
    lengths = (32,) if network.version == 4 else (128, limits.ipv6_prefix)
    if network.prefixlen not in lengths:
        if network.version == 4:
            raise _no_client(text)
        raise InvalidInput(
            f"IPv6 clients are told apart by their first {limits.ipv6_prefix} bits, not {network.prefixlen}",
            "give one address, or the prefix of this length",
        )
    return clients.client_of(str(network.network_address), limits.ipv6_prefix)


def region_of(config: Config, country: str) -> str:
    """The region that serves a country's users, as long as nothing else is known of them."""
    serving = (region for region, codes in config.countries.items() if country in codes)
    return next(serving, config.default_region)


def _no_client(text: str) -> InvalidInput:
    return InvalidInput(
        f"{text.strip()[:60]!r} is not a client's address", "write for example 81.2.69.142 or 2001:db8::1"
    )
