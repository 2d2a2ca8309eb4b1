"""The business events that an app's servers may send: the published schema, and what each field may be.

`user` is taken so that an app can send what it has, and dropped here: no table, cube or log of Meridian holds it.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from meridian.telemetry.events.currencies import CURRENCIES

LARGEST = 10**9
"""Of any amount or count in one event: a thousand of them are still a sum that history takes."""

_PLAIN = r"^[^\x00-\x1f\x7f]*$"


_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")


def _written(value: Any) -> Any:
    if not isinstance(value, str) or not _ISO.match(value):
        raise ValueError("a time is text in ISO 8601; write for example 2030-01-31T12:00:00Z")
    return value


def _sane(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time says its zone; write for example 2030-01-31T12:00:00Z")
    if not 2000 <= value.year < 2200:
        raise ValueError("a time lies between 2000 and 2200")
    return value.astimezone(UTC)


Time = Annotated[datetime, BeforeValidator(_written), AfterValidator(_sane)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_PLAIN)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=63, pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
User = Annotated[
    str | None,
    StringConstraints(max_length=256),
    Field(description="The app's own id of the user. It is not stored.", repr=False),
]


def _current(value: Any) -> Any:
    if not isinstance(value, str) or value in CURRENCIES:
        return value
    if value.upper() in CURRENCIES:
        raise ValueError(f"a currency is written in capitals; write {value.upper()}")
    raise ValueError("ISO 4217 has no such currency; write a code that is in use, such as EUR")


Currency = Annotated[
    str, BeforeValidator(_current), StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["EUR"])
]
Amount = Annotated[int, Field(ge=0, le=LARGEST, strict=True)]


class _Event(BaseModel):
    """id: unique for ever; the same id again is the same event. at: when it happened. region: one of the configuration's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
    at: Time
    region: Name


class TokenEvent(_Event):
    """amount: tokens. count: how many transactions this event adds up, for apps that count and tell the sum."""

    type: Literal["token.earned", "token.spent", "token.purchased"]
    amount: Amount
    count: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 1
    user: User = None


class PayoutEvent(_Event):
    """payout: the payout's id, the same in all events about it. amount: in the currency's minor units."""

    type: Literal["payout"]
    payout: Id
    state: Literal["pending", "processing", "paid", "failed"]
    amount: Amount
    currency: Currency


class TicketEvent(_Event):
    """ticket: the ticket's id. opened_at, answered_at: left out, the times of the first `open` and the first `answered` event."""

    type: Literal["ticket"]
    ticket: Id
    state: Literal["open", "answered", "closed"]
    urgent: Annotated[bool, Field(strict=True)] = False
    opened_at: Time | None = None
    answered_at: Time | None = None


class DisputeEvent(_Event):
    """A payment that a user disputes. dispute: its id."""

    type: Literal["dispute"]
    dispute: Id
    state: Literal["open", "won", "lost"]


class PanicEvent(_Event):
    """A user's own emergency pass. panic: its id."""

    type: Literal["panic"]
    panic: Id
    state: Literal["started", "ended"]
    user: User = None


class FraudAlertEvent(_Event):
    """alert: its id."""

    type: Literal["fraud_alert"]
    alert: Id
    severity: Literal["low", "medium", "high", "critical"]
    state: Literal["open", "resolved"]


class AttackEvent(_Event):
    """attack: its id. kind: such as "ddos", "bots" or "brute-force"."""

    type: Literal["attack"]
    attack: Id
    state: Literal["started", "ended"]
    kind: Name


class CdnEvent(_Event):
    """What the CDN, or whoever counts for it, served since its last event. bytes: sent to clients, a terabyte at most."""

    type: Literal["cdn"]
    hits: Amount
    misses: Amount
    bytes: Annotated[int, Field(ge=0, le=1000 * LARGEST, strict=True)] = 0


Event = Annotated[
    TokenEvent
    | PayoutEvent
    | TicketEvent
    | DisputeEvent
    | PanicEvent
    | FraudAlertEvent
    | AttackEvent
    | CdnEvent,
    Field(discriminator="type"),
]
