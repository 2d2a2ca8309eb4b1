"""Signs the tokens of a load test's users (JWT, ES256), as the app's own issuer would.

A picklable value, so that each process signs for the users that it sends for, before the start.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from meridian.core.errors import InvalidInput

if TYPE_CHECKING:  # what signs is slow to import, and lists of scenarios do without
    from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Signer:
    """pem: a P-256 private key. claims: user, tier and country -> the name of the claim."""

    pem: str = field(repr=False)
    key_id: str
    issuer: str
    audience: str
    claims: Mapping[str, str]

    def sign(self, user: str, tier: str, country: str, lifetime: float) -> str:
        """lifetime: seconds from now. About 60 us."""
        import jwt

        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.audience, "iat": now, "exp": now + int(lifetime)}
        told = {self.claims["user"]: user, self.claims["tier"]: tier, self.claims["country"]: country}
        headers = {"kid": self.key_id} if self.key_id else {}
        return jwt.encode({**claims, **told}, self._key, algorithm="ES256", headers=headers)

    def require_key(self) -> None:
        """Raises InvalidInput when the key is none that can sign."""
        _ = self._key

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        try:
            key = serialization.load_pem_private_key(self.pem.encode(), password=None)
        except (ValueError, TypeError) as error:
            raise InvalidInput(f"the key that signs users' tokens cannot be read ({error})") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise InvalidInput("the key that signs users' tokens is not a P-256 key")
        return key

    def __getstate__(self) -> dict[str, object]:
        """Without the key as OpenSSL holds it."""
        return {name: value for name, value in self.__dict__.items() if name != "_key"}
