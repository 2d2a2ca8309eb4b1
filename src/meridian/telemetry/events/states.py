"""Where the business stands: the queues and alarms of spec 12, from what events said of payouts, tickets and the like.

standings = await standings(connection, now)      # region -> Standing
total(standings).payouts_failed
gauges(standing)                                  # {("payouts_failed", ""): 3.0, ...}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meridian.store.database import Connection

DAY = timedelta(days=1)
SEVERITIES = ("low", "medium", "high", "critical")

_QUERY = """
SELECT region,
  count(*) FILTER (WHERE kind = 'payout' AND state = 'pending') AS payouts_pending,
  count(*) FILTER (WHERE kind = 'payout' AND state = 'processing') AS payouts_processing,
  count(*) FILTER (WHERE kind = 'payout' AND state = 'failed' AND at > %(day)s) AS payouts_failed,
  count(*) FILTER (WHERE kind = 'ticket' AND state = 'open') AS tickets_open,
  count(*) FILTER (WHERE kind = 'ticket' AND state = 'open' AND detail = 'urgent') AS tickets_urgent,
  count(*) FILTER (WHERE kind = 'ticket' AND answered > %(day)s) AS tickets_answered,
  coalesce(sum(extract(epoch FROM greatest(answered - began, interval '0')))
    FILTER (WHERE kind = 'ticket' AND answered > %(day)s), 0)::float8 AS tickets_waited,
  count(*) FILTER (WHERE kind = 'dispute' AND state = 'open') AS disputes_open,
  count(*) FILTER (WHERE kind = 'panic' AND began > %(day)s) AS panics_day,
  count(*) FILTER (WHERE kind = 'panic' AND state = 'started' AND began > %(day)s) AS panics_active,
  count(*) FILTER (WHERE kind = 'attack' AND state = 'started') AS attacks_active,
  count(*) FILTER (WHERE kind = 'fraud_alert' AND state = 'resolved' AND at >= %(midnight)s) AS fraud_resolved_today
FROM event_subject WHERE NOT over OR at > %(day)s GROUP BY region
"""
_GROUPED = """
SELECT region, kind, detail, currency, count(*) AS n, coalesce(sum(amount), 0)::bigint AS amount FROM event_subject
WHERE NOT over AND ((kind = 'fraud_alert' AND state = 'open') OR (kind = 'payout' AND state IN ('pending', 'processing')))
GROUP BY region, kind, detail, currency
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """payouts_failed: those that failed within 24 hours and have not moved on. amounts: currency -> minor units that pending and
    processing payouts add up to; waiting: how many they are. tickets_answered: those first answered within 24 hours,
    tickets_waited: seconds that they waited for it together. panics_day: begun within 24 hours. fraud_active: severity -> open
    alerts. fraud_resolved_today: since midnight UTC."""

    payouts_pending: int = 0
    payouts_processing: int = 0
    payouts_failed: int = 0
    tickets_open: int = 0
    tickets_urgent: int = 0
    tickets_answered: int = 0
    tickets_waited: float = 0.0
    disputes_open: int = 0
    panics_day: int = 0
    panics_active: int = 0
    attacks_active: int = 0
    fraud_resolved_today: int = 0
    fraud_active: Mapping[str, int] = field(default_factory=dict)
    amounts: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)

    @property
    def response_time(self) -> float | None:
        """Mean seconds to the first answer, of tickets answered within 24 hours; None without any."""
        return self.tickets_waited / self.tickets_answered if self.tickets_answered else None

    @property
    def fraud_alerts(self) -> int:
        return sum(self.fraud_active.values())

    @property
    def currency(self) -> str:
        """In which most payouts wait; empty where none does."""
        return max(self.waiting, key=lambda name: (self.waiting[name], name), default="")

    @property
    def amount(self) -> int:
        """Minor units of `currency` that wait to be paid: amounts of different currencies are never added up."""
        return self.amounts.get(self.currency, 0)


NOTHING = Standing()


async def standings(connection: Connection, now: datetime) -> dict[str, Standing]:
    """By region; a region about which nothing is known is not there."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    cursor = await connection.execute(_QUERY.encode(), {"day": now - DAY, "midnight": midnight})
    counts = {row.pop("region"): row for row in await cursor.fetchall()}
    cursor = await connection.execute(_GROUPED.encode())
    for row in await cursor.fetchall():
        _grouped(counts.setdefault(row["region"], {}), row)
    return {region: Standing(**row) for region, row in sorted(counts.items())}


def total(of: Mapping[str, Standing] | Iterable[Standing]) -> Standing:
    """All regions together."""
    found: dict[str, Any] = {}
    for standing in of.values() if isinstance(of, Mapping) else of:
        for name in (each.name for each in fields(Standing)):
            found[name] = _sum(found.get(name), getattr(standing, name))
    return Standing(**found)


def gauges(standing: Standing) -> dict[tuple[str, str], float]:
    """(name, what) -> value, as GAUGE cubes name them. ticket_response_time (seconds) is left out where there is none."""
    found: dict[tuple[str, str], float] = {
        ("payouts_pending", ""): standing.payouts_pending,
        ("payouts_processing", ""): standing.payouts_processing,
        ("payouts_failed", ""): standing.payouts_failed,
        ("payouts_amount", ""): standing.amount,
        ("tickets_open", ""): standing.tickets_open,
        ("tickets_urgent", ""): standing.tickets_urgent,
        ("disputes_open", ""): standing.disputes_open,
        ("panic_active", ""): standing.panics_active,
        ("attacks_active", ""): standing.attacks_active,
    }
    for severity in SEVERITIES:
        found["fraud_alerts_active", severity] = standing.fraud_active.get(severity, 0)
    if standing.response_time is not None:
        found["ticket_response_time", ""] = standing.response_time
    return {place: float(value) for place, value in found.items()}


def _grouped(counts: dict[str, Any], row: Mapping[str, Any]) -> None:
    if row["kind"] == "fraud_alert":
        counts.setdefault("fraud_active", {})[row["detail"]] = row["n"]
        return
    for name, value in (("amounts", row["amount"]), ("waiting", row["n"])):
        place = counts.setdefault(name, {})
        place[row["currency"]] = place.get(row["currency"], 0) + value


def _sum(one: Any, other: Any) -> Any:
    if one is None:
        return other
    if isinstance(other, Mapping):
        return {name: one.get(name, 0) + other.get(name, 0) for name in sorted({*one, *other})}
    return one + other
