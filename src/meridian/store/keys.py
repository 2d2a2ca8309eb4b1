"""The keys that sign Meridian's own short-lived tokens (home tokens and the like), and their rotation.

ES256 (RFC 7518): small tokens, and Envoy verifies them natively. Three kinds of key are published: the one
that signs, older ones while a token of theirs may be about, and the next one. So everyone who verifies knows
a key before the first token signed with it arrives, and a rotation logs nobody out.

Private keys lie in PostgreSQL unencrypted: who can read them there can as well change the tokens and
configurations beside them.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from meridian.core.clock import Clock
from meridian.core.errors import Unavailable
from meridian.store.database import Connection, Database

PERIOD = 30 * 86400.0
LIFETIME = 3600.0
GRACE = 3600.0
"""Seconds that an old key stays published beyond its last token's life: for clocks, and replicas that learn
late."""
PUBLISHED = 60.0
"""Seconds that a key is published before it may sign, so that it has reached every edge."""
_LOCK = 0x6B657973
"""Key of the advisory lock under which keys are made and replaced."""


@dataclass(frozen=True, slots=True)
class Key:
    """active_from: None for the next one. replaced_at: None unless another signs by now."""

    kid: str
    private: ec.EllipticCurvePrivateKey
    created_at: datetime
    active_from: datetime | None = None
    replaced_at: datetime | None = None

    @property
    def signs(self) -> bool:
        return self.active_from is not None and self.replaced_at is None

    @property
    def public(self) -> dict[str, str]:
        """As a JWK (RFC 7517)."""
        return {**_point(self.private), "alg": "ES256", "kid": self.kid, "use": "sig"}


class KeyRing:
    """Keeps the keys in memory once loaded, so that signing goes on while PostgreSQL is away."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._keys: tuple[Key, ...] = ()

    async def load(self) -> None:
        """Reads the keys, and makes the first ones where there are none. Raises Unavailable."""
        async with self._database.connection() as connection:
            self._keys = await _complete(connection, self._clock.now())

    async def rotate_if_due(self, period: float = PERIOD, lifetime: float = LIFETIME) -> bool:
        """Reads the keys, lets the next one sign when the present one is older than `period` seconds, and
        forgets those of which no token can be valid. Any number of processes may call it.

        lifetime: seconds that the longest-lived token is valid. Returns whether `jwks()` changed. Raises
        Unavailable.
        """
        before = self.jwks()
        now = self._clock.now()
        async with self._database.connection() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            keys = await _complete(connection, now)
            if _due(keys, now, period):
                await _replace(connection, now)
            await connection.execute(
                "DELETE FROM signing_keys WHERE replaced_at < %s",
                (now - timedelta(seconds=lifetime + GRACE),),
            )
            self._keys = await _complete(connection, now)
        return self.jwks() != before

    def sign(self, claims: Mapping[str, Any], now: datetime | None = None) -> str:
        """A signed token (JWT, RFC 7519) with the claims, which hold `exp`, and `iat` for `now`.

        Raises Unavailable while no key was ever loaded, ValueError without `exp`: a token must not outlive
        its key.
        """
        if "exp" not in claims:
            raise ValueError("a token says when it expires: the claim exp is missing")
        key = next((key for key in self._keys if key.signs), None)
        if key is None:
            raise Unavailable(
                "Meridian's signing keys are not loaded yet", "they come from PostgreSQL; see /readyz"
            )
        issued = int((now or self._clock.now()).timestamp())
        return jwt.encode({"iat": issued, **claims}, key.private, algorithm="ES256", headers={"kid": key.kid})

    def jwks(self) -> dict[str, Any]:
        """The public keys (RFC 7517), in an order that depends on nothing but the keys."""
        return {"keys": [key.public for key in sorted(self._keys, key=lambda key: key.kid)]}


def _due(keys: tuple[Key, ...], now: datetime, period: float) -> bool:
    signing = next(key for key in keys if key.signs)
    following = next(key for key in keys if key.active_from is None)
    old_enough = signing.active_from is not None and now - signing.active_from >= timedelta(seconds=period)
    return old_enough and now - following.created_at >= timedelta(seconds=PUBLISHED)


async def _complete(connection: Connection, now: datetime) -> tuple[Key, ...]:
    """All keys, with one that signs and a next one, which are made where they are missing."""
    keys = await _read(connection)
    if _has_both(keys):
        return keys
    await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    keys = await _read(connection)
    if not any(key.signs for key in keys):
        await _insert(connection, now, active_from=now)
    if not any(key.active_from is None for key in keys):
        await _insert(connection, now, active_from=None)
    return await _read(connection)


def _has_both(keys: tuple[Key, ...]) -> bool:
    return any(key.signs for key in keys) and any(key.active_from is None for key in keys)


async def _replace(connection: Connection, now: datetime) -> None:
    """The next key signs, and the one that did is old."""
    await connection.execute(
        "UPDATE signing_keys SET replaced_at = %s WHERE active_from IS NOT NULL AND replaced_at IS NULL",
        (now,),
    )
    await connection.execute("UPDATE signing_keys SET active_from = %s WHERE active_from IS NULL", (now,))


async def _read(connection: Connection) -> tuple[Key, ...]:
    cursor = await connection.execute(
        "SELECT kid, private_key, created_at, active_from, replaced_at FROM signing_keys ORDER BY kid"
    )
    return tuple(_key(row) for row in await cursor.fetchall())


def _key(row: dict[str, Any]) -> Key:
    private = load_pem_private_key(row["private_key"].encode(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError(f"the signing key {row['kid']} is not an elliptic-curve key")
    return Key(row["kid"], private, row["created_at"], row["active_from"], row["replaced_at"])


async def _insert(connection: Connection, now: datetime, active_from: datetime | None) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    await connection.execute(
        "INSERT INTO signing_keys (kid, private_key, created_at, active_from) VALUES (%s, %s, %s, %s)",
        (_thumbprint(private), pem, now, active_from),
    )


def _point(private: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """Both coordinates always have 32 bytes (RFC 7518, 6.2.1.2): leading zeros stay."""
    point = private.public_key().public_numbers()
    return {
        "crv": "P-256",
        "kty": "EC",
        "x": _base64url(point.x.to_bytes(32, "big")),
        "y": _base64url(point.y.to_bytes(32, "big")),
    }


def _thumbprint(private: ec.EllipticCurvePrivateKey) -> str:
    """The key's own identifier (RFC 7638), so that no two keys share one."""
    canonical = json.dumps(_point(private), sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
