"""Verifies the tokens that a user of the app carries: the app's own JWT, and Meridian's home token (RFC
7519, RFC 8725).

Only asymmetric algorithms: with `HS256` a public key would be the secret, and `none` is no signature at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from meridian.core.errors import Unauthenticated

ALGORITHMS = ("ES256", "RS256", "EdDSA")
LEEWAY = 30.0
MAX_TOKEN = 8192


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say about itself. jwks: the public keys that may have signed it."""

    issuer: str
    audience: str
    jwks: Mapping[str, Any]


def looks_like_jwt(token: str) -> bool:
    """Three parts, the first of which starts like a JSON object in base64url. Operators' tokens never do."""
    return token.count(".") == 2 and token.startswith("ey")


def verified(token: str, expected: Expected) -> Mapping[str, Any]:
    """The claims. Raises Unauthenticated when the token is forged, expired, for someone else, or no token."""
    if len(token) > MAX_TOKEN:
        raise Unauthenticated("the token is too long to be one of ours")
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg", "")
        if algorithm not in ALGORITHMS:
            raise Unauthenticated(
                "the token's algorithm is not accepted", f"sign with {', '.join(ALGORITHMS)}"
            )
        for key in _candidates(expected.jwks, header):
            try:
                return dict(
                    jwt.decode(
                        token,
                        key,
                        algorithms=[algorithm],
                        issuer=expected.issuer,
                        audience=expected.audience,
                        leeway=LEEWAY,
                        options={"require": ["exp", "iss", "aud"]},
                    )
                )
            except jwt.InvalidSignatureError:
                continue
    except jwt.ExpiredSignatureError:
        raise Unauthenticated("the token has expired", "get a new one") from None
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Unauthenticated(f"the token is not valid ({type(error).__name__})", "sign in again") from None
    raise Unauthenticated("the token is not signed by a known key", "sign in again")


def _candidates(jwks: Mapping[str, Any], header: Mapping[str, Any]) -> list[jwt.PyJWK]:
    """The keys that may have signed: those with the token's key id and an algorithm that fits, all that
    fit when it has none."""
    found: list[jwt.PyJWK] = []
    for raw in jwks.get("keys", ()):
        if header.get("kid") and raw.get("kid") and raw["kid"] != header["kid"]:
            continue
        try:
            key = jwt.PyJWK(raw)
        except jwt.PyJWTError:
            continue
        if key.algorithm_name == header["alg"]:
            found.append(key)
    return found
