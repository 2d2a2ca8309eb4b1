"""Addresses can be connected to or listened on, and nobody is trusted by accident."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from meridian.config.schema.root import Config
from meridian.core.errors import Finding

_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)


def check(config: Config) -> Iterator[Finding]:
    for location, settings in config.locations.items():
        for service, addresses in settings.instances.items():
            for index, address in enumerate(addresses):
                yield from _address(("locations", location, "instances", service, index), address)
    for name, region in config.regions.items():
        if region.peer:
            yield from _address(("regions", name, "peer"), region.peer)
        if region.url:
            yield from _url(("regions", name, "url"), region.url)
    yield from _listeners(config)
    if config.identity.jwks is not None and config.identity.jwks.url:
        yield from _keys_url(config.identity.jwks.url)
    for index, trusted in enumerate(config.edge.client_address.trusted):
        if ipaddress.ip_network(trusted).prefixlen == 0:
            what = f"{trusted} trusts the header of every client in the world, who can then claim any address"
            yield Finding(
                ("edge", "client_address", "trusted", index), what, "name your proxies' ranges only"
            )


def _listeners(config: Config) -> Iterator[Finding]:
    for key, address in (("listen", config.edge.listen), ("peer_listen", config.edge.peer_listen)):
        parts = _parts(address)
        if parts is None:
            yield _malformed(("edge", key), address)
        elif not _is_ip(parts[0]):
            what = f"{address} names a host, and an edge listens on an IP address"
            yield Finding(("edge", key), what, "write for example 0.0.0.0:8080")
    if config.edge.listen == config.edge.peer_listen:
        what = f"{config.edge.listen} is where clients connect too"
        yield Finding(("edge", "peer_listen"), what, "choose another port for the other regions' edges")


def _address(path: tuple[str | int, ...], address: str) -> Iterator[Finding]:
    if _parts(address) is None:
        yield _malformed(path, address)


def _malformed(path: tuple[str | int, ...], address: str) -> Finding:
    return Finding(
        path, f"{address} is not an address", "write host:port, such as 10.0.0.5:8080 or [2001:db8::5]:8080"
    )


def _parts(address: str) -> tuple[str, int] | None:
    """Host and port, or None when it is not host:port."""
    host, _, port = address.rpartition(":")
    if not port.isascii() or not port.isdigit() or not 1 <= int(port[:6]) <= 65535:
        return None
    if host.startswith("[") and host.endswith("]"):
        inner = host[1:-1]
        return (inner, int(port)) if _is_ip(inner) and ":" in inner else None
    numeric = host.replace(".", "").isdigit()
    if _is_ip(host) and ":" not in host:
        return host, int(port)
    return (host, int(port)) if _HOST.fullmatch(host) and not numeric else None


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _url(path: tuple[str | int, ...], url: str) -> Iterator[Finding]:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.hostname
        _ = parts.port
    except ValueError:
        whole = False
    if not whole:
        yield Finding(path, f"{url} is not a web address", "write for example https://eu.example.com")


def _keys_url(url: str) -> Iterator[Finding]:
    path = ("identity", "jwks", "url")
    if faults := list(_url(path, url)):
        yield from faults
        return
    parts = urlsplit(url)
    local = parts.hostname == "localhost" or (
        _is_ip(parts.hostname or "") and ipaddress.ip_address(parts.hostname or "").is_loopback
    )
    if parts.scheme == "http" and not local:
        what = "keys fetched over plain http can be replaced on the way, and with them every user"
        yield Finding(path, what, "use https")
