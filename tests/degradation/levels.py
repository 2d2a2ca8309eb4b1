"""Settings that the tests of this feature share: the small configuration with three levels and two rules."""

from typing import Any

from meridian.config.schema.root import Config
from tests.support.configs import small

LEVELS: dict[str, Any] = {
    "essential": ["chat", "wallet"],
    "levels": {
        1: {"name": "saving", "turns_off": {"ai": {}, "media": {"methods": ["POST"]}}, "retry_after": "20s"},
        2: {"name": "reduced", "turns_off": {"media": {"share": 0.5}}, "message": "Pictures are back soon."},
        3: {"name": "essential only", "only_essential": True, "retry_after": "2m"},
    },
    "leave_after": "5m",
}
RULES: dict[str, Any] = {
    "failing": {
        "condition": {"metric": "error_rate", "above": 0.05, "clears": 0.02, "at_least": 100},
        "for": "30s",
        "level": 1,
    },
    "broken": {
        "condition": {"metric": "error_rate", "above": 0.25, "clears": 0.1, "at_least": 100},
        "for": "60s",
        "level": 2,
        "scope": "everywhere",
    },
}


def config(**changed: Any) -> Config:
    """changed: settings of the section."""
    return small(degradation={**LEVELS, "rules": RULES, **changed})
