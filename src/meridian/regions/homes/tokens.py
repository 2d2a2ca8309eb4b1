"""The short-lived tokens that this feature asks control's keys to sign: a user's home, and an operator's wish to see why."""

from meridian.core.ids import new_id
from meridian.envoy.identity import EXPLAIN_AUDIENCE, HOME_AUDIENCE, ISSUER
from meridian.feature import Control

EXPLAIN_LIFETIME = 3600


def home_token(control: Control, user: str, region: str, tier: str) -> tuple[str, int]:
    """A token that every edge takes as the user's home, and its lifetime in seconds. Raises Unavailable without keys."""
    lifetime = int(control.config().identity.home_token)
    claims = {"sub": user, "region": region, "tier": tier}
    return _signed(control, HOME_AUDIENCE, claims, lifetime), lifetime


def explain_token(control: Control, operator: str) -> tuple[str, int]:
    """For the header `meridian-explain`: the edge then says on each answer which rule decided. Raises Unavailable."""
    return _signed(control, EXPLAIN_AUDIENCE, {"sub": operator}, EXPLAIN_LIFETIME), EXPLAIN_LIFETIME


def _signed(control: Control, audience: str, claims: dict[str, str], lifetime: int) -> str:
    now = control.clock.now()
    issued = int(now.timestamp())
    times = {"iat": issued, "exp": issued + lifetime, "jti": new_id(now)}
    return control.keys.sign({"iss": ISSUER, "aud": audience, **claims, **times}, now)
