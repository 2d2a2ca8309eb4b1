"""A small shop with a limit of every kind, for tests."""

from typing import Any

from meridian.config.schema.root import Config
from tests.support.configs import small

LIMITS: dict[str, Any] = {
    "tiers": {"free": 1, "premium": 2, "vip": 5},
    "actions": {
        "chat": {"feature": "chat", "methods": ["POST"]},
        "search": {"feature": "chat-search"},
        "pay": {"feature": "wallet", "methods": ["POST"]},
    },
    "classes": {"money": ["wallet"]},
    "policies": {
        "rapid": {"key": "burst", "rate": 20, "window": "2s", "burst": 160},
        "chat": {"key": "user", "actions": ["chat"], "rate": 100, "window": "1m"},
        "pay": {
            "key": "user",
            "actions": ["pay"],
            "rate": 5,
            "window": "1h",
            "scope": "exact",
            "on_failure": "deny",
            "tiers": False,
        },
        "money": {"key": "client", "class": "money", "rate": 10, "window": "1m"},
        "general": {"key": "client", "class": "general", "rate": 200, "window": "1m"},
        "address": {"key": "address", "rate": 6000, "window": "1m"},
        "country": {"key": "country", "rate": 5000, "window": "1m", "each": {"DE": 9000}},
        "region": {"key": "region", "rate": 50000, "window": "1m"},
        "trial": {"key": "user", "actions": ["chat"], "rate": 7, "window": "1m", "shadow": True},
    },
    "shields": {"pay-guessing": {"action": "pay", "block": "1h", "longest": "2h"}},
}


def policies(**changed: Any) -> dict[str, Any]:
    """The section with other policies laid over it; None takes one out."""
    found = {name: each for name, each in (LIMITS["policies"] | changed).items() if each is not None}
    return LIMITS | {"policies": found}


def config(**replaced: Any) -> Config:
    """replaced: settings of the `limits` section."""
    return small(limits=LIMITS | replaced)
