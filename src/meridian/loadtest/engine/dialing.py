"""Opening a connection to an origin: TCP, TLS where the origin has it, and the protocol that the origin is spoken to in."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable

from meridian.core.errors import InvalidInput
from meridian.loadtest.engine.exchange import Carrier, Home
from meridian.loadtest.engine.http1 import Http1
from meridian.loadtest.engine.http2 import Http2
from meridian.loadtest.plan import Origin

HTTP2_STREAMS = 100
"""What a connection of HTTP/2 is expected to carry at once (RFC 9113 advises servers to allow no fewer)."""


def streams(origin: Origin) -> int:
    return HTTP2_STREAMS if origin.http == 2 else 1


def dialer(origin: Origin) -> Callable[[Home], Awaitable[Carrier]]:
    """Raises InvalidInput when the file of authorities to trust cannot be used."""
    context = tls(origin) if origin.tls else None
    name = server_name(origin) if origin.tls else None

    async def dial(pool: Home) -> Carrier:
        loop = asyncio.get_running_loop()
        made: Http1 | Http2 = Http2(pool, origin) if origin.http == 2 else Http1(pool, origin)
        await loop.create_connection(
            lambda: made, origin.host, origin.port, ssl=context, server_hostname=name
        )
        if isinstance(made, Http2):
            try:
                await made.ready
            except BaseException:
                made.close()
                raise
        return made

    return dial


def tls(origin: Origin) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=origin.ca or None)
    except (OSError, ssl.SSLError) as error:
        raise InvalidInput(
            f"the authorities to trust for {origin.name} cannot be read from {origin.ca}: {error}",
            "give a PEM file with certificates",
        ) from None
    context.set_alpn_protocols(["h2"] if origin.http == 2 else ["http/1.1"])
    return context


def server_name(origin: Origin) -> str:
    """What the certificate must be for: the authority without its port."""
    name, colon, port = origin.authority.rpartition(":")
    bare = name if colon and port.isdigit() else origin.authority
    return bare.strip("[]") or origin.host
