"""What events are about: where a payout, a ticket or an alert stands.

Events arrive late, twice and in any order. `merged` is commutative, associative and idempotent, so that whatever order it was,
the same is known at the end. The same rule stands in SQL in `store.py`; a test holds the two together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from meridian.telemetry.events.types import (
    AttackEvent,
    CdnEvent,
    DisputeEvent,
    Event,
    FraudAlertEvent,
    PanicEvent,
    PayoutEvent,
    TicketEvent,
    TokenEvent,
)

SubjectKind = Literal["payout", "ticket", "dispute", "panic", "fraud_alert", "attack"]
OVER = frozenset({"paid", "closed", "won", "lost", "ended", "resolved"})
"""States after which nobody has to do anything. A failed payout waits for somebody."""


@dataclass(frozen=True, slots=True)
class Subject:
    """As the columns of `event_subject`. event: the id of the one that says so."""

    kind: SubjectKind
    id: str
    state: str
    at: datetime
    event: str
    region: str
    began: datetime
    detail: str = ""
    amount: int = 0
    currency: str = ""
    answered: datetime | None = None

    @property
    def over(self) -> bool:
        return self.state in OVER


def subject_of(event: Event) -> Subject | None:
    """What one event says by itself; None where it is about nothing that goes on."""
    key, at, region = event.id, event.at, event.region
    match event:
        case TokenEvent() | CdnEvent():
            return None
        case PayoutEvent():
            return Subject(
                "payout",
                event.payout,
                event.state,
                at,
                key,
                region,
                at,
                amount=event.amount,
                currency=event.currency,
            )
        case TicketEvent():
            answered = event.answered_at or (at if event.state == "answered" else None)
            urgent = "urgent" if event.urgent else ""
            began = min(event.opened_at or at, at)
            return Subject(
                "ticket", event.ticket, event.state, at, key, region, began, urgent, answered=answered
            )
        case DisputeEvent():
            return Subject("dispute", event.dispute, event.state, at, key, region, at)
        case PanicEvent():
            return Subject("panic", event.panic, event.state, at, key, region, at)
        case FraudAlertEvent():
            return Subject("fraud_alert", event.alert, event.state, at, key, region, at, event.severity)
        case AttackEvent():
            return Subject("attack", event.attack, event.state, at, key, region, at, event.kind)


def merged(one: Subject, other: Subject) -> Subject:
    """The later of both, by time and then by event, and the earliest that either knows of its beginning and its answer."""
    later = max(one, other, key=lambda each: (each.at, each.event))
    answers = [each.answered for each in (one, other) if each.answered is not None]
    return replace(later, began=min(one.began, other.began), answered=min(answers, default=None))


def subjects(events: Iterable[Event]) -> list[Subject]:
    """Each subject once, in an order that is the same whatever order the events have."""
    found: dict[tuple[str, str], Subject] = {}
    for event in events:
        one = subject_of(event)
        if one is not None:
            place = (one.kind, one.id)
            found[place] = merged(found[place], one) if place in found else one
    return [found[place] for place in sorted(found)]
