"""Alerts that fire become incidents: one for each cause. Pure.

An alert joins, in this order: the incident that it was in before; one of its group about the same subject; the incident of a
cause that explains it; one of its group that opened moments ago, as what fails together has one cause. Else it opens its own.
A cause that fires after its consequences takes their incidents over.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from meridian.alerts.incidents import Alert, Incident, Labels
from meridian.alerts.places import Place, beside, inside, place_of
from meridian.alerts.settings import Alerts, Rule
from meridian.config.schema.root import Config

SPACE = uuid.UUID("6f2f3b52-5a35-4b0e-9d0e-3f4f4b6b6f10")
MOST_CAUSES = 200
"""Causes that a new alert is compared with. With more of them down at once, which of them explains it no longer matters."""


def rank(name: str, rule: Rule) -> tuple[int, int, str]:
    """The most fundamental rule first: what explains most, then what is worst."""
    return -len(rule.explains), rule.severity, name


@dataclass(slots=True)
class Gathering:
    """One cycle's grouping. incidents: the open ones, changed in place as alerts are taken in. merged: incidents that another
    took over -> which. A mutable workbench that never leaves `decide`."""

    config: Config
    alerts: Alerts
    now: datetime
    incidents: dict[str, Incident]
    opened: list[str] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    _known: dict[tuple[str, Labels], str] = field(default_factory=dict)
    _subjects: dict[tuple[str, str], str] = field(default_factory=dict)
    _recent: dict[str, str] = field(default_factory=dict)
    _causes: list[tuple[Alert, Place, str]] = field(default_factory=list)
    _joined: dict[str, dict[tuple[str, Labels], Alert]] = field(default_factory=dict)

    def take(self, fired: Sequence[Alert]) -> None:
        """Every one finds its incident. Call it once, with all of a cycle's."""
        self._look_around()
        rules = self.alerts.rules
        for alert in sorted(fired, key=lambda each: (rank(each.rule, rules[each.rule]), each.key)):
            incident = self._home(alert) or self._open(alert)
            self._joined.setdefault(incident, {})[alert.key] = alert
            self._note(alert, incident)
        for id, joined in self._joined.items():
            self.incidents[id] = replace(self.incidents[id], alerts={**self.incidents[id].alerts, **joined})

    def _look_around(self) -> None:
        for incident in sorted(self.incidents.values(), key=lambda each: each.started):
            self._recent[incident.group] = incident.id
            for alert in incident.alerts.values():
                self._note(alert, incident.id)

    def _home(self, alert: Alert) -> str:
        if before := self._known.get(alert.key):
            return before
        rule = self.alerts.rules[alert.rule]
        place = place_of(alert.labels, self.config)
        return (
            self._subjects.get((rule.group, alert.subject), "")
            or self._explained(alert, rule, place)
            or self._explaining(alert, rule, place)
            or self._together(rule)
        )

    def _explained(self, alert: Alert, rule: Rule, place: Place) -> str:
        """The incident of a cause that fires and explains this alert."""
        for cause, at, incident in self._causes[-MOST_CAUSES:]:
            if rule.group in self.alerts.rules[cause.rule].explains and self._related(
                alert, place, cause, at
            ):
                return incident
        return ""

    def _explaining(self, alert: Alert, rule: Rule, place: Place) -> str:
        """Takes over the incidents that this alert explains. One that nobody was told of becomes its own, so that people are told
        once; those that people know are merged into it."""
        if not rule.explains:
            return ""
        found = [
            incident
            for incident in self.incidents.values()
            if incident.group in rule.explains
            and incident.id not in self.merged
            and any(
                self._related(other, place_of(other.labels, self.config), alert, place)
                for other in self._firing(incident)
            )
        ]
        if not found:
            return ""
        fresh = [incident for incident in found if incident.told is None]
        home = min(fresh, key=lambda each: each.started).id if fresh else self._open(alert)
        for incident in found:
            if incident.id != home:
                self._merge(incident, home)
        return home

    def _related(self, alert: Alert, place: Place, cause: Alert, at: Place) -> bool:
        if inside(place, at, self.config):
            return True
        apart = abs((alert.since - cause.since).total_seconds())
        return apart <= self.alerts.window and beside(place, at, self.config)

    def _together(self, rule: Rule) -> str:
        recent = self._recent.get(rule.group, "")
        if not recent:
            return ""
        within = timedelta(seconds=self.alerts.together)
        return recent if self.now - self.incidents[recent].started <= within else ""

    def _open(self, alert: Alert) -> str:
        rule = self.alerts.rules[alert.rule]
        # Derived, not drawn: the same evidence gives the same incident.
        id = str(uuid.uuid5(SPACE, f"{alert.rule} {alert.labels} {self.now.isoformat()}"))
        self.incidents[id] = Incident(
            id, rule.group, alert.rule, rule.severity, "", "", alert.subject, self.now, runbook=rule.runbook
        )
        self.opened.append(id)
        self._recent[rule.group] = id
        return id

    def _merge(self, incident: Incident, home: str) -> None:
        self.merged[incident.id] = home
        moved = self._joined.setdefault(home, {})
        for alert in (*incident.alerts.values(), *self._joined.pop(incident.id, {}).values()):
            moved[alert.key] = alert
            self._note(alert, home)
        self._causes = [(a, at, home if id == incident.id else id) for a, at, id in self._causes]
        self._recent = {group: home if id == incident.id else id for group, id in self._recent.items()}

    def _firing(self, incident: Incident) -> list[Alert]:
        """At most some of them: thousands of one incident are related to a cause as the first ones are."""
        found = [alert for alert in incident.alerts.values() if alert.firing]
        found += self._joined.get(incident.id, {}).values()
        return found[:MOST_CAUSES]

    def _note(self, alert: Alert, incident: str) -> None:
        self._known[alert.key] = incident
        rule = self.alerts.rules.get(alert.rule)
        if rule is None or not alert.firing:
            return
        if self._subjects.get((rule.group, alert.subject)) in {None, *self.merged}:
            self._subjects[rule.group, alert.subject] = incident
        if rule.explains:
            self._causes.append((alert, place_of(alert.labels, self.config), incident))


def described(incident: Incident, alerts: Alerts) -> Incident:
    """The incident with what follows from its alerts: lead, group, severity (which never falls), runbook and subject. Alerts of
    rules that are no longer configured name nothing."""
    rules: Mapping[str, Rule] = alerts.rules
    known = {alert.rule for alert in incident.alerts.values()} & rules.keys()
    if not known:
        return incident
    lead = min(known, key=lambda name: rank(name, rules[name]))
    severity = min([incident.severity, *(rules[name].severity for name in known)])
    rule = rules[lead]
    return replace(incident, lead=lead, group=rule.group, severity=severity, runbook=rule.runbook)
