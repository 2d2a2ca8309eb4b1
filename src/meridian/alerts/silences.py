"""Silences: alerts that nobody wants to be told of for a while. Every one has an end, an author and a reason."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meridian.alerts.incidents import Alert, Incident
from meridian.alerts.settings import Alerts

OWN = ("rule", "group", "severity", "subject")
"""What a matcher may name besides labels."""


@dataclass(frozen=True, slots=True)
class Silence:
    """matchers: name -> values, of which an alert must have one, for every name. A * in a value stands for anything."""

    id: str
    matchers: Mapping[str, tuple[str, ...]]
    starts: datetime
    ends: datetime
    reason: str
    author: str

    def active(self, now: datetime) -> bool:
        return self.starts <= now < self.ends

    def matches(self, alert: Alert, alerts: Alerts) -> bool:
        rule = alerts.rules.get(alert.rule)
        known = dict(alert.labels)
        known |= {"rule": alert.rule, "subject": alert.subject, "group": rule.group if rule else ""}
        known["severity"] = str(rule.severity) if rule else ""
        return all(
            any(_like(known.get(name, ""), value) for value in values)
            for name, values in self.matchers.items()
        )


def _like(text: str, pattern: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


def silenced(incident: Incident, silences: Iterable[Silence], alerts: Alerts, now: datetime) -> bool:
    """Whether nobody wants to hear of any of the incident's alerts that fire."""
    active = [silence for silence in silences if silence.active(now)]
    firing = incident.firing()
    if not active or not firing:
        return False
    return all(any(silence.matches(alert, alerts) for silence in active) for alert in firing)


def described(matchers: Mapping[str, tuple[str, ...]]) -> str:
    """ "rule chat-latency, region EU or US"."""
    return ", ".join(f"{name} {' or '.join(values)}" for name, values in matchers.items())


def to_json(silence: Silence) -> dict[str, Any]:
    return {
        "id": silence.id,
        "matchers": {name: list(values) for name, values in silence.matchers.items()},
        "starts": silence.starts.isoformat(),
        "ends": silence.ends.isoformat(),
        "reason": silence.reason,
        "author": silence.author,
    }


def from_json(raw: Mapping[str, Any]) -> Silence:
    return Silence(
        id=raw["id"],
        matchers={name: tuple(values) for name, values in raw["matchers"].items()},
        starts=datetime.fromisoformat(raw["starts"]),
        ends=datetime.fromisoformat(raw["ends"]),
        reason=raw["reason"],
        author=raw["author"],
    )
