"""The sample app's own token issuer: the ES256 key pair that a real app's identity service would have.

Control compiles its public half into every edge when the configuration names no `jwks` of its own.
"""

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from meridian.core.errors import NotFound
from meridian.world.files import write_secret, write_text

KEY = "world/app-issuer.pem"
JWKS = "world/jwks.json"
NAMES = "world/issuer.json"


@dataclass(frozen=True, slots=True)
class Issuer:
    """key: PEM. issuer, audience: what the configuration's `identity` asks for. claims: claim names for
    user, tier and country."""

    key: ec.EllipticCurvePrivateKey
    key_id: str
    issuer: str
    audience: str
    claims: dict[str, str]

    def sign(self, id: str, tier: str, country: str | None, lifetime: float) -> str:
        """A token for a user of the app. lifetime: seconds, negative for one that is already expired."""
        now = int(time.time())
        payload: dict[str, object] = {
            "iss": self.issuer,
            "aud": self.audience,
            "iat": now,
            "exp": now + int(lifetime),
        }
        payload[self.claims["user"]] = id
        payload[self.claims["tier"]] = tier
        if country:
            payload[self.claims["country"]] = country
        return jwt.encode(payload, self.key, algorithm="ES256", headers={"kid": self.key_id})


def prepare(home: Path, issuer: str, audience: str, claims: dict[str, str]) -> None:
    """Makes the key pair once, and notes the names that tokens must carry now."""
    if not (home / KEY).exists():
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_secret(home / KEY, pem.decode())
    key = _read_key(home)
    write_text(home / JWKS, json.dumps({"keys": [_public(key)]}, indent=2) + "\n")
    write_text(
        home / NAMES, json.dumps({"issuer": issuer, "audience": audience, "claims": claims}, indent=2) + "\n"
    )


def load(home: Path) -> Issuer:
    """Raises NotFound when no world was started in `home`."""
    if not (home / KEY).exists() or not (home / NAMES).exists():
        raise NotFound(f"there is no token issuer in {home}", "start a world there with `meridian up` first")
    names = json.loads((home / NAMES).read_text())
    key = _read_key(home)
    return Issuer(key, str(_public(key)["kid"]), names["issuer"], names["audience"], names["claims"])


def sign_user(
    home: Path, id: str, tier: str = "free", country: str | None = None, lifetime: float = 3600.0
) -> str:
    """A JWT of the sample app for one user, signed ES256. lifetime: seconds. Raises NotFound without a world
    in `home`."""
    return load(home).sign(id, tier, country, lifetime)


def _read_key(home: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key((home / KEY).read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _public(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """The public half as a JWK, whose `kid` is its thumbprint (RFC 7638)."""
    numbers = key.public_key().public_numbers()
    needed = {"crv": "P-256", "kty": "EC", "x": _base64(numbers.x), "y": _base64(numbers.y)}
    thumbprint = hashlib.sha256(json.dumps(needed, sort_keys=True, separators=(",", ":")).encode()).digest()
    kid = base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode()
    return {**needed, "use": "sig", "alg": "ES256", "kid": kid}


def _base64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()
