"""Slows down whoever guesses tokens: failed authentications are counted by client address, in bounded memory.

A token that was good a moment ago is not held up by failures from its address: behind one NAT, or on one
machine, a guesser would otherwise lock out edges and operators.
"""

import hashlib
import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TypeVar

from meridian.core.clock import Clock
from meridian.core.errors import MeridianError

KNOWN_FOR = 3600.0

Key = TypeVar("Key")


class TooManyAttempts(MeridianError):
    status = 429
    kind = "too-many-attempts"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "too many failed authentications from this address", f"try again in {retry_after} seconds"
        )
        self.retry_after = retry_after


def origin(address: str) -> str:
    """Who counts as one client: an IPv4 address, or an IPv6 /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


@dataclass(slots=True)
class Attempts:
    """A leaky bucket for each origin: `limit` failures in `window` seconds, then one more each window /
    limit.

    remembered: how many origins, and how many good tokens, are held; the ones longest unused go first."""

    clock: Clock
    limit: int = 10
    window: float = 60.0
    remembered: int = 10_000
    _empty_at: OrderedDict[str, float] = field(default_factory=OrderedDict)
    _known: OrderedDict[bytes, float] = field(default_factory=OrderedDict)

    def check(self, address: str, token: str) -> None:
        """Raises TooManyAttempts when this origin has failed too often and this token was not good lately."""
        now = self.clock.monotonic()
        seen = self._known.get(_fingerprint(token))
        if seen is not None and now - seen < KNOWN_FOR:
            return
        step = self.window / self.limit
        wait = self._empty_at.get(origin(address), 0.0) - now - self.window + step
        if wait > 1e-9:
            raise TooManyAttempts(max(1, round(wait + 0.5)))

    def failed(self, address: str) -> None:
        now, key = self.clock.monotonic(), origin(address)
        full = max(self._empty_at.get(key, now), now) + self.window / self.limit
        _remember(self._empty_at, key, min(full, now + self.window), self.remembered)

    def succeeded(self, token: str) -> None:
        _remember(self._known, _fingerprint(token), self.clock.monotonic(), self.remembered)


def _fingerprint(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _remember(held: OrderedDict[Key, float], key: Key, value: float, most: int) -> None:
    held[key] = value
    held.move_to_end(key)
    while len(held) > most:
        held.popitem(last=False)
