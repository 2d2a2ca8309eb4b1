"""What the sample app answers: one row for each method and path, with the service behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Endpoint:
    method: str
    path: str
    service: str

    @property
    def idempotent(self) -> bool:
        """Whether repeating it is harmless by its method alone (RFC 9110, section 9.2.2)."""
        return self.method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS")


ENDPOINTS = (
    Endpoint("POST", "/v1/chat/messages", "chat"),
    Endpoint("POST", "/v1/swipe", "swipe"),
    Endpoint("GET", "/v1/feed", "feed"),
    Endpoint("GET", "/v1/wallet", "wallet"),
    Endpoint("POST", "/v1/tokens/purchase", "tokens"),
    Endpoint("POST", "/v1/payouts", "payouts"),
    Endpoint("POST", "/v1/events/purchase", "events"),
    Endpoint("POST", "/v1/calls", "calls"),
    Endpoint("POST", "/v1/auth/login", "auth"),
    Endpoint("POST", "/v1/media", "media"),
    Endpoint("PATCH", "/v1/profile", "profile"),
    Endpoint("POST", "/v1/reports", "reports"),
    Endpoint("POST", "/v1/ai/messages", "ai"),
)

BY_PATH: Mapping[str, tuple[Endpoint, ...]] = MappingProxyType(
    {endpoint.path: tuple(e for e in ENDPOINTS if e.path == endpoint.path) for endpoint in ENDPOINTS}
)


def at(path: str) -> tuple[Endpoint, ...]:
    """The endpoints at a path or at the nearest path above it (/v1/media/42 is answered by /v1/media)."""
    while path:
        if path in BY_PATH:
            return BY_PATH[path]
        path = path.rpartition("/")[0]
    return ()
