"""Who users are: the app's own tokens, which every edge verifies natively, and Meridian's home tokens."""

from pydantic import model_validator

from meridian.config.schema.base import PositiveDuration, Section


class Jwks(Section):
    """Where the app's public keys are (RFC 7517)."""

    file: str | None = None
    """Path to a JWKS document, relative to the configuration file."""
    url: str | None = None
    """Address of a JWKS document. Control fetches it and compiles it in, so edges need it only when it changes."""
    refresh: PositiveDuration = 300.0
    """How often `url` is asked again."""

    @model_validator(mode="after")
    def _one_source(self) -> "Jwks":
        if bool(self.file) == bool(self.url):
            raise ValueError("give exactly one of file and url")
        return self


class Claims(Section):
    """Which claims of the app's token say what."""

    user: str = "sub"
    """Who the user is."""
    tier: str = "tier"
    """What the user pays for: free, premium, vip or names of yours."""
    country: str = "country"
    """The country that the app declares for the user."""


class Identity(Section):
    """The app's own tokens (JWT, RFC 7519)."""

    issuer: str
    """The `iss` that a token must carry."""
    audience: str
    """The `aud` that a token must carry."""
    jwks: Jwks | None = None
    """Where the public keys are. Left out, `meridian up` makes a local key pair."""
    claims: Claims = Claims()
    """Which claims say who the user is."""
    home_token: PositiveDuration = 3600.0
    """How long a home token (user, region, tier) is valid."""
    key_rotation: PositiveDuration = 30 * 86400.0
    """How often the key that signs home tokens is replaced. Older keys stay accepted for one token lifetime."""
