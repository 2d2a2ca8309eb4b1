"""Business events by hand, as the app would send them: so that alerts about payouts, tickets and attacks can be tried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from meridian.core.errors import InvalidInput, NotFound
from meridian.core.ids import new_id
from meridian.core.suggest import did_you_mean

MOST = 1000


@dataclass(frozen=True, slots=True)
class Report:
    """type: of the event. begins, ends: its state while it is the case and afterwards. about: the field with the id of what it is
    about. fields: the others."""

    type: str
    about: str
    begins: str
    ends: str
    fields: Mapping[str, Any] = field(default_factory=dict)


REPORTS: Mapping[str, Report] = MappingProxyType(
    {
        "payout-failed": Report("payout", "payout", "failed", "paid", {"amount": 4200, "currency": "EUR"}),
        "payout-pending": Report("payout", "payout", "pending", "paid", {"amount": 4200, "currency": "EUR"}),
        "ticket": Report("ticket", "ticket", "open", "closed"),
        "ticket-urgent": Report("ticket", "ticket", "open", "closed", {"urgent": True}),
        "dispute": Report("dispute", "dispute", "open", "won"),
        "fraud-alert": Report("fraud_alert", "alert", "open", "resolved", {"severity": "medium"}),
        "fraud-critical": Report("fraud_alert", "alert", "open", "resolved", {"severity": "critical"}),
        "attack": Report("attack", "attack", "started", "ended", {"kind": "ddos"}),
        "panic": Report("panic", "panic", "started", "ended"),
    }
)
MISSES = "cdn-misses"
"""A report of another kind: requests that the CDN's cache did not have. They pass by themselves."""
NAMES = (*REPORTS, MISSES)


def events(name: str, count: int, region: str, now: datetime, *, over: bool = False) -> list[dict[str, Any]]:
    """`count` of what is called `name`: always the same ones, so that reporting them again adds none, and `over` ends them.

    Raises NotFound and InvalidInput."""
    common = {"at": now.isoformat(), "region": region}
    if name == MISSES:
        if over:
            raise InvalidInput("misses of the CDN pass by themselves", "leave --over out")
        return [{**common, "id": new_id(now), "type": "cdn", "hits": 0, "misses": count}]
    report = REPORTS.get(name)
    if report is None:
        raise NotFound(f"nothing to report is called {name}", did_you_mean(name, NAMES))
    state = report.ends if over else report.begins
    return [
        {
            **common,
            "id": new_id(now),
            "type": report.type,
            report.about: f"{number}-{name}-{region}"[:64],
            "state": state,
            **report.fields,
        }
        for number in range(1, count + 1)
    ]
