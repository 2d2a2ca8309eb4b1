"""Posts a request to somebody else's server, which may hang, send garbage, or send without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meridian.integrations.outgoing import Answer, Request

if TYPE_CHECKING:
    from aiohttp import ClientResponse

READ = 4096
"""Bytes of an answer that are read."""


class Unreached(Exception):
    """No answer. `str()` says why, for the log."""


async def post(request: Request, within: float) -> Answer:
    """within: seconds for everything together. Follows no redirect: a secret goes only where the operator said, and takes no
    proxy or password from the environment. Raises Unreached."""
    import aiohttp  # only where something is sent

    try:
        async with (
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=within),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                connector=aiohttp.TCPConnector(force_close=True),
            ) as session,
            session.post(
                request.url,
                data=request.body,
                headers={"user-agent": "meridian", "accept-encoding": "identity", **request.headers},
                allow_redirects=False,
            ) as response,
        ):
            body = await _beginning(response)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, headers, body)
    except TimeoutError:
        raise Unreached(f"no answer within {within:g} s") from None
    except aiohttp.InvalidURL:
        raise Unreached("the address is none") from None  # without the address, which may be a secret
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise Unreached(f"no answer: {' '.join(str(error).split()) or type(error).__name__}") from None


async def _beginning(response: ClientResponse) -> str:
    found = b""
    while len(found) < READ:
        piece = await response.content.read(READ - len(found))
        if not piece:
            break
        found += piece
    return found.decode("utf-8", "replace")
