"""Which events of a batch are taken, and why the others are not. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from meridian.core.suggest import did_you_mean
from meridian.telemetry.events.batch import Malformed
from meridian.telemetry.events.types import Event

LATE = timedelta(hours=1)
AHEAD = timedelta(minutes=5)
"""Clocks of an app's servers may be a little fast."""


@dataclass(frozen=True, slots=True)
class Refused:
    """index: of the event in its batch, from 0."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Sifted:
    """events: those to take, each id once. doubled: how many repeat an id of the same batch."""

    events: Sequence[Event]
    doubled: int
    refused: Sequence[Refused]


def sift(batch: Sequence[Event | Malformed], regions: Collection[str], now: datetime) -> Sifted:
    events: dict[str, Event] = {}
    refused: list[Refused] = []
    doubled = 0
    for index, each in enumerate(batch):
        objection = each.reason if isinstance(each, Malformed) else _objection(each, regions, now)
        if objection or isinstance(each, Malformed):
            refused.append(Refused(index, objection))
        elif each.id in events:
            doubled += 1
        else:
            events[each.id] = each
    return Sifted(list(events.values()), doubled, refused)


def _objection(event: Event, regions: Collection[str], now: datetime) -> str:
    if event.at < now - LATE:
        return f"at: it is {_hours(now - event.at)} old, and events are taken for {_hours(LATE)}"
    if event.at > now + AHEAD:
        return f"at: it lies {_hours(event.at - now)} ahead; set the clock of the server that sent it"
    if event.region not in regions:
        hint = did_you_mean(event.region, list(regions))
        return f"region: there is no region {event.region}" + (f"; {hint}" if hint else "")
    return ""


def _hours(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours:.0f} h" if hours >= 1 and hours == int(hours) else f"{hours:.2f} h"
