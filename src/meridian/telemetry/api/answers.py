"""What the routes of metrics answer."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

Status = Literal["healthy", "degraded", "down", "unknown"]


class Tokens(BaseModel):
    """Per minute. net: earned less spent. null: not known."""

    earned: float | None
    spent: float | None
    net: float | None
    transactions: float | None


class FraudAlerts(BaseModel):
    """resolved_today: since midnight UTC. null: not known."""

    active: int | None
    critical: int | None
    resolved_today: int | None


class Payouts(BaseModel):
    """failed: within 24 hours, and not moved on. amount: minor units of `currency` that wait, the currency in which most do.
    null: not known."""

    pending: int | None
    processing: int | None
    failed: int | None
    amount: int | None
    currency: str


class Support(BaseModel):
    """mean_response_time: seconds to the first answer, of tickets answered within 24 hours; null without any.
    The others are null while they are not known."""

    open: int | None
    urgent: int | None
    mean_response_time: float | None


class Panic(BaseModel):
    last_24h: int | None
    active: int | None


class System(BaseModel):
    status: Status
    sentence: str


class AtLocation(BaseModel):
    """healthy, total: instances."""

    location: str
    healthy: int
    total: int


class ServiceOut(BaseModel):
    service: str
    status: Status
    locations: list[AtLocation]


class RegionOut(BaseModel):
    """rps: requests per second. error_rate: 0 to 1. p95: milliseconds. null: nothing was measured. active_users: in 5 minutes."""

    region: str
    status: Status
    sentence: str
    rps: float | None
    error_rate: float | None
    p95: float | None
    active_users: int | None


class Degradation(BaseModel):
    level: int
    name: str


class LiveOut(BaseModel):
    """As of `at`, at most 5 seconds ago. active_users, paying_users: different ones in 5 minutes. rps: requests per second.
    error_rate: 0 to 1. p95: milliseconds. null: nothing was measured."""

    at: datetime
    active_users: int | None
    paying_users: int | None
    tokens: Tokens
    fraud_alerts: FraudAlerts
    payouts: Payouts
    support: Support
    panic: Panic
    system: System
    services: list[ServiceOut]
    regions: list[RegionOut]
    rps: float | None
    error_rate: float | None
    p95: float | None
    degradation: Degradation


class PanelOut(BaseModel):
    """refresh: seconds between two values. objective: in the panel's unit; null: none. least: it is a lower bound."""

    name: str
    title: str
    unit: str
    refresh: int
    objective: float | None
    least: bool
    sentence: str


class LineOut(BaseModel):
    """values: one for each time; null where nothing was measured."""

    name: str
    labels: dict[str, str]
    values: list[float | None]


class HistoryOut(BaseModel):
    """step: seconds. times: when each step begins, in seconds since 1970."""

    panel: str
    title: str
    unit: str
    objective: float | None
    least: bool
    step: int
    times: list[int]
    lines: list[LineOut]
    sentence: str


class MetricOut(BaseModel):
    """labels: by which it can be grouped and filtered."""

    name: str
    title: str
    unit: str
    labels: list[str]
    sentence: str


class QueryOut(BaseModel):
    """step: seconds. times: when each step begins, in seconds since 1970."""

    metric: str
    unit: str
    step: int
    times: list[int]
    lines: list[LineOut]


class CleanedOut(BaseModel):
    """rolled: windows that were added up. dropped: partitions that went. freed: their bytes."""

    rolled: int
    dropped: int
    freed: int
