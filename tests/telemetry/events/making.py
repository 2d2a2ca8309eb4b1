"""Events as an app would send them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from meridian.telemetry.events.types import Event

NOW = datetime(2030, 1, 1, 12, 0, 0, tzinfo=UTC)
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_numbers = iter(range(10**9))

GOOD: dict[str, dict[str, Any]] = {
    "token.earned": {"amount": 7, "user": "u1"},
    "token.spent": {"amount": 5, "count": 3},
    "token.purchased": {"amount": 100},
    "payout": {"payout": "p1", "state": "pending", "amount": 2500, "currency": "EUR"},
    "ticket": {"ticket": "t1", "state": "open", "urgent": True},
    "dispute": {"dispute": "d1", "state": "open"},
    "panic": {"panic": "s1", "state": "started", "user": "u2"},
    "fraud_alert": {"alert": "f1", "severity": "critical", "state": "open"},
    "attack": {"attack": "a1", "state": "started", "kind": "ddos"},
    "cdn": {"hits": 90, "misses": 10, "bytes": 123_456},
}
"""One of each type."""


def raw(type: str, seconds: float = 0.0, **fields: Any) -> dict[str, Any]:
    """JSON of a good event, `seconds` after NOW, with some fields changed."""
    made = {"id": f"e{next(_numbers)}", "at": (NOW + timedelta(seconds=seconds)).isoformat(), "region": "EU"}
    return {**made, **GOOD[type], "type": type, **fields}


def event(type: str, seconds: float = 0.0, **fields: Any) -> Event:
    return _EVENT.validate_python(raw(type, seconds, **fields))
