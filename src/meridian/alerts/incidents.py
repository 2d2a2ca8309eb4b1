"""Alerts and incidents: what is wrong now, grouped by what makes it so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Labels = tuple[tuple[str, str], ...]
"""(label, value) pairs in the order of the rule's `by`, after the single values of its `where`."""

State = Literal["open", "acknowledged", "resolved"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One group of a rule's condition that fires, or did. since: when the condition became true. value: as measured last; worst:
    the farthest past the threshold since then; both in the metric's unit. n: requests, events or samples behind the value.
    subject: what it is about."""

    rule: str
    labels: Labels
    subject: str
    value: float
    worst: float
    threshold: float
    since: datetime
    n: float = 0.0
    resolved: datetime | None = None

    @property
    def key(self) -> tuple[str, Labels]:
        return self.rule, self.labels

    @property
    def firing(self) -> bool:
        return self.resolved is None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the last notice said, and to which channels one went so far. subjects: how many it named."""

    at: datetime
    severity: int
    subjects: int
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Incident:
    """What has one cause. id: a UUID, by which channels know it too. group: of the lead rule. lead: the rule that names it, the
    most fundamental of its alerts'. cause: the sentence of the decision that explains it, or empty; decision: its
    id. alerts: those that fire and those that did, by `Alert.key`. told: None while nobody was told."""

    id: str
    group: str
    lead: str
    severity: int
    title: str
    sentence: str
    subject: str
    started: datetime
    alerts: Mapping[tuple[str, Labels], Alert] = field(default_factory=dict)
    runbook: str = ""
    cause: str = ""
    decision: str = ""
    resolved: datetime | None = None
    acknowledged: Acknowledged | None = None
    told: Told | None = None
    silenced: bool = False

    @property
    def state(self) -> State:
        if self.resolved:
            return "resolved"
        return "acknowledged" if self.acknowledged else "open"

    def firing(self) -> list[Alert]:
        return [alert for alert in self.alerts.values() if alert.firing]

    def subjects(self) -> list[str]:
        """What the lead rule's alerts are about: of those that fire, or of all once none does. Each once, sorted."""
        of_lead = [alert for alert in self.alerts.values() if alert.rule == self.lead]
        firing = [alert for alert in of_lead if alert.firing]
        return sorted({alert.subject for alert in firing or of_lead})


SHOWN = 1000
"""Alerts of one incident that are listed to people."""


def public(incident: Incident, alerts: int = SHOWN) -> dict[str, Any]:
    """As the API, the stream and the dashboard show it. alerts: at most so many, those that fire first; `alert_count` says how
    many there are."""
    listed = sorted(incident.alerts.values(), key=lambda alert: (not alert.firing, alert.since, alert.key))
    acknowledged = incident.acknowledged
    return {
        "id": incident.id,
        "key": incident.id,
        "severity": incident.severity,
        "state": incident.state,
        "title": incident.title,
        "sentence": incident.sentence,
        "subject": incident.subject,
        "cause": incident.cause,
        "decision": incident.decision,
        "started": incident.started.isoformat(),
        "resolved": incident.resolved.isoformat() if incident.resolved else None,
        "acknowledged": {
            "by": acknowledged.by,
            "at": acknowledged.at.isoformat(),
            "reason": acknowledged.reason,
        }
        if acknowledged
        else None,
        "alerts": [_shown(alert) for alert in listed[:alerts]],
        "alert_count": len(listed),
        "runbook": incident.runbook,
        "silenced": incident.silenced,
        "told": list(incident.told.channels) if incident.told else [],
    }


def _shown(alert: Alert) -> dict[str, Any]:
    return {
        "rule": alert.rule,
        "labels": dict(alert.labels),
        "value": alert.value,
        "worst": alert.worst,
        "threshold": alert.threshold,
        "since": alert.since.isoformat(),
        "state": "firing" if alert.firing else "resolved",
        "resolved": alert.resolved.isoformat() if alert.resolved else None,
    }


def alerts_json(alerts: Sequence[Alert]) -> list[dict[str, Any]]:
    """For storing."""
    return [
        {
            "rule": alert.rule,
            "labels": [list(pair) for pair in alert.labels],
            "subject": alert.subject,
            "value": alert.value,
            "worst": alert.worst,
            "threshold": alert.threshold,
            "since": alert.since.isoformat(),
            "n": alert.n,
            "resolved": alert.resolved.isoformat() if alert.resolved else None,
        }
        for alert in alerts
    ]


def alert_of(raw: Mapping[str, Any]) -> Alert:
    """What `alerts_json` wrote. Raises KeyError, TypeError or ValueError for something else."""
    return Alert(
        rule=raw["rule"],
        labels=tuple((name, value) for name, value in raw["labels"]),
        subject=raw["subject"],
        value=raw["value"],
        worst=raw["worst"],
        threshold=raw["threshold"],
        since=datetime.fromisoformat(raw["since"]),
        n=raw["n"],
        resolved=datetime.fromisoformat(raw["resolved"]) if raw["resolved"] else None,
    )
