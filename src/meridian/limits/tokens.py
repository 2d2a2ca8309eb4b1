"""The short-lived token with which the edges' check API answers."""

from meridian.core.ids import new_id
from meridian.envoy.identity import ISSUER
from meridian.feature import Control
from meridian.limits.checkapi import AUDIENCE

LIFETIME = 3600
"""Seconds."""


def check_token(control: Control, operator: str) -> tuple[str, int]:
    """The token and its lifetime in seconds. Raises Unavailable without keys."""
    now = control.clock.now()
    issued = int(now.timestamp())
    times = {"iat": issued, "exp": issued + LIFETIME, "jti": new_id(now)}
    return control.keys.sign({"iss": ISSUER, "aud": AUDIENCE, "sub": operator, **times}, now), LIFETIME
