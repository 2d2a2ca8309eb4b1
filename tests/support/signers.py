"""Who signs tokens in tests: an issuer with a key of its own, and what a forger would try."""

import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Signer:
    """issuer, audience: what its tokens carry unless told otherwise."""

    issuer: str
    audience: str
    kid: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def jwks(self) -> dict[str, Any]:
        algorithm = jwt.get_algorithm_by_name("ES256")
        public: dict[str, Any] = algorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": self.kid, "alg": "ES256", "use": "sig"}]}

    def sign(self, **claims: Any) -> str:
        """A token, valid for an hour: cases are signed when tests are collected. Claims given as None are left out."""
        payload = {"iss": self.issuer, "aud": self.audience, "exp": int(time.time()) + 3600, **claims}
        payload = {name: value for name, value in payload.items() if value is not None}
        return jwt.encode(payload, self.key, algorithm="ES256", headers={"kid": self.kid})

    def unsigned(self, **claims: Any) -> str:
        """The same with `alg: none`."""
        header, payload, _ = self.sign(**claims).split(".")
        raw = json.dumps({"alg": "none", "typ": "JWT"}).encode()
        header = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        return f"{header}.{payload}."
