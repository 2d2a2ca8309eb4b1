"""Counts events: the BUSINESS cubes of a batch, by window."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from meridian.telemetry.cube import Cube
from meridian.telemetry.events.types import CdnEvent, Event, FraudAlertEvent, PayoutEvent, TokenEvent
from meridian.telemetry.kinds import BUSINESS
from meridian.telemetry.windows import Windows


def windows(events: Iterable[Event], width: int, now: datetime) -> Windows:
    """Window's start (seconds since 1970, a multiple of `width`) -> kind -> cube. What lies ahead counts now."""
    found: dict[int, dict[str, Cube]] = {}
    latest = int(now.timestamp())
    for event in events:
        second = min(int(event.at.timestamp()), latest)
        start = second - second % width
        cubes = found.setdefault(start, {BUSINESS.name: Cube(BUSINESS)})
        for type_, n, amount in counted(event):
            cubes[BUSINESS.name].add((event.region, type_), n, amount)
    return found


def counted(event: Event) -> Iterator[tuple[str, int, int]]:
    """The type that an event counts as, how many it is, and the amount."""
    match event:
        case TokenEvent():
            yield event.type, event.count, event.amount
        case CdnEvent():
            yield "cdn.hit", event.hits, 0
            yield "cdn.miss", event.misses, 0
            yield "cdn.kilobytes", 1, round(event.bytes / 1000)
        case PayoutEvent():
            yield f"payout.{event.state}", 1, event.amount
        case FraudAlertEvent():
            yield f"fraud_alert.{event.state}.{event.severity}", 1, 0
        case _:
            yield f"{event.type}.{event.state}", 1, 0
