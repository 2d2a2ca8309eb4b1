"""The app's public keys: from a file, from an address, or from the local world.

Control resolves them and compiles them into snapshots, so that an edge verifies tokens with nobody else
up. Only what is public is ever taken from a document: a private key that someone put there by mistake goes
no further.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meridian.api.snapshots import write_atomically
from meridian.config.schema.identity import Identity
from meridian.core.clock import Clock
from meridian.core.errors import InvalidInput, Unavailable

log = logging.getLogger(__name__)

MAX_DOCUMENT = 256 * 1024
_PUBLIC = ("kty", "kid", "alg", "use", "crv", "x", "y", "n", "e")
_KINDS = ("EC", "RSA", "OKP")

Jwks = dict[str, Any]


def public(document: Any) -> Jwks:
    """The public keys of a JWKS document. Raises ValueError when it is none."""
    if not isinstance(document, Mapping) or not isinstance(document.get("keys"), list):
        raise ValueError("it is not a JWKS document: there is no list `keys`")
    keys = [key for key in document["keys"] if isinstance(key, Mapping) and key.get("kty") in _KINDS]
    return {"keys": [{name: key[name] for name in _PUBLIC if name in key} for key in keys]}


@dataclass(slots=True)
class AppKeys:
    """beside: folder that a relative file is looked for in. world: the local world's document, for a
    configuration that names none. cache: where a fetched document rests, for a start while its address
    does not answer."""

    clock: Clock
    beside: Path
    world: Path
    cache: Path
    _fetched: dict[str, tuple[Jwks, float]] = field(default_factory=dict)

    async def of(self, identity: Identity) -> Jwks:
        """Raises InvalidInput or Unavailable with what to do, when there are none to be had."""
        if identity.jwks is None:
            return self._read(self.world) if self.world.exists() else {"keys": []}
        if identity.jwks.file:
            return self._read(self.beside / identity.jwks.file)
        return await self._from_address(identity.jwks.url or "", identity.jwks.refresh)

    def _read(self, path: Path) -> Jwks:
        try:
            if path.stat().st_size > MAX_DOCUMENT:
                raise InvalidInput(f"the app's keys in {path} are larger than {MAX_DOCUMENT} bytes")
            return public(json.loads(path.read_bytes()))
        except OSError as error:
            raise InvalidInput(
                f"the app's keys cannot be read from {path}: {error.strerror}", "correct identity.jwks.file"
            ) from None
        except ValueError as error:
            raise InvalidInput(
                f"the app's keys in {path} are not usable: {error}", "give a JWKS document"
            ) from None

    async def _from_address(self, url: str, refresh: float) -> Jwks:
        now = self.clock.monotonic()
        held, at = self._fetched.get(url, (None, 0.0))
        if held is not None and now - at < refresh:
            return held
        try:
            fetched = public(json.loads(await _fetch(url)))
        except ValueError as error:
            kept = held or self._cached(url)
            if kept is None:
                raise Unavailable(
                    f"the app's keys cannot be fetched from {url}: {_reason(error)}",
                    "correct identity.jwks.url, or give a file",
                ) from None
            log.warning(
                "the app's keys at %s do not answer; the last known ones stay: %s", url, _reason(error)
            )
            self._fetched[url] = (kept, now - refresh + min(refresh, 5.0))
            return kept
        self._fetched[url] = (fetched, now)
        self._keep(url, fetched)
        return fetched

    def _cached(self, url: str) -> Jwks | None:
        try:
            raw = json.loads(self.cache.read_bytes())
            return public(raw["jwks"]) if raw["url"] == url else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _keep(self, url: str, jwks: Jwks) -> None:
        try:
            write_atomically(self.cache, json.dumps({"url": url, "jwks": jwks}).encode())
        except OSError as error:
            log.warning("the app's keys could not be kept in %s: %s", self.cache, error.strerror)


def _reason(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


async def _fetch(url: str) -> bytes:
    if not url.startswith(("https://", "http://")):
        raise ValueError("the address is neither https nor http")
    import httpx  # half a second of a start on a busy machine, and seldom needed: keys mostly come from a file

    try:
        async with (
            httpx.AsyncClient(timeout=5.0, follow_redirects=False) as client,
            client.stream("GET", url) as answer,
        ):
            answer.raise_for_status()
            content = b""
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > MAX_DOCUMENT:
                    raise ValueError(f"it is larger than {MAX_DOCUMENT} bytes")
            return content
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ValueError(_reason(error)) from error
