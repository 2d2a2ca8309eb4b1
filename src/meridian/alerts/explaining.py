"""Which decision explains an incident: what Meridian or a person decided about the same place at the same time. Pure."""

from collections.abc import Iterable
from datetime import datetime

from meridian.alerts.incidents import Incident
from meridian.alerts.places import place_of
from meridian.config.schema.root import Config
from meridian.core.decision import Decision

WITHIN = 60.0
"""Seconds between an incident's start and the decision that explains it."""
KINDS = ("failover", "drain", "drained", "drain-step")
"""The kinds that explain, the best explanation first."""


def places(incident: Incident, config: Config) -> frozenset[str]:
    """Names of locations and regions that the incident's lead alerts are about, or all of its alerts where those name none."""
    of_lead = [alert for alert in incident.alerts.values() if alert.rule == incident.lead]
    for alerts in (of_lead, list(incident.alerts.values())):
        found: set[str] = set()
        for alert in alerts[:200]:
            place = place_of(alert.labels, config)
            found |= place.locations or place.near
            found |= place.regions
        if found:
            return frozenset(found)
    return frozenset()


def explanation(incident: Incident, decisions: Iterable[Decision], config: Config) -> Decision | None:
    """Of several edges' failovers that of the place's own region, or else the one that moved most services."""
    about = places(incident, config)
    fitting = [
        decision
        for decision in decisions
        if decision.kind in KINDS
        and decision.subject in about
        and decision.at is not None
        and abs(_apart(decision.at, incident.started)) <= WITHIN
    ]
    return min(fitting, key=lambda decision: _worth(decision, incident, config), default=None)


def _worth(decision: Decision, incident: Incident, config: Config) -> tuple[int, int, int, float, str]:
    edge = config.regions.get(str(decision.evidence.get("edge", "")))
    own = edge is not None and decision.subject in edge.locations
    turns = decision.evidence.get("turns", ())
    apart = abs(_apart(decision.at, incident.started)) if decision.at else WITHIN
    return KINDS.index(decision.kind), not own, -len(turns), apart, decision.id


def _apart(one: datetime, other: datetime) -> float:
    return (one - other).total_seconds()
