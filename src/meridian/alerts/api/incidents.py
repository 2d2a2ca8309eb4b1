"""Incidents, for operators: what is wrong, why, who was told, and taking care of it."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from meridian.alerts.api.fields import IdPath, Reason
from meridian.alerts.decisions import NAME
from meridian.alerts.deliveries.queue import Queue
from meridian.alerts.explaining import WITHIN, places
from meridian.alerts.incidents import Incident, public
from meridian.alerts.judging import trouble
from meridian.alerts.operations import acknowledge, incident_of
from meridian.alerts.settings import Alerts
from meridian.alerts.store import Records
from meridian.core.body import RequestBody
from meridian.core.decision import Decision, to_json
from meridian.core.ids import new_id
from meridian.core.principal import Principal, Role
from meridian.feature import Control
from meridian.store.journal import PostgresJournal

LATER = timedelta(minutes=10)
"""How long after an incident's end decisions may still belong to it."""
BEFORE = timedelta(seconds=WITHIN)


class AcknowledgedOut(BaseModel):
    by: str
    at: datetime
    reason: str


class AlertOut(BaseModel):
    """value: as measured last. worst: the farthest past the threshold; in the metric's unit. state: "firing" or "resolved"."""

    rule: str
    labels: dict[str, str]
    value: float
    worst: float
    threshold: float
    since: datetime
    state: str
    resolved: datetime | None


class IncidentOut(BaseModel):
    """key: what channels know it by. severity: 1 (worst) to 4. state: "open", "acknowledged" or "resolved". cause: the sentence
    of the decision that explains it, whose id is `decision`, or empty. alerts: at most 1,000 of `alert_count`. runbook: a name,
    or an address. told: channels that had a notice."""

    id: str
    key: str
    severity: int
    state: str
    title: str
    sentence: str
    subject: str
    cause: str
    decision: str
    started: datetime
    resolved: datetime | None
    acknowledged: AcknowledgedOut | None
    alerts: list[AlertOut]
    alert_count: int
    runbook: str
    silenced: bool
    told: list[str]

    @classmethod
    def of(cls, incident: Incident, alerts: int = 50) -> "IncidentOut":
        return cls.model_validate(public(incident, alerts))


class IncidentsOut(BaseModel):
    """The newest first. Of each incident at most 50 alerts are listed. trouble: why rules are not judged now, in which case
    there may be more; empty while they are."""

    incidents: list[IncidentOut]
    trouble: str


class DeliveryOut(BaseModel):
    channel: str
    event: str
    status: str
    created_at: datetime
    attempts: int
    answer: str


class ValuesOut(BaseModel):
    """What to ask `GET /infrastructure/metrics/query` for, to see the values over time."""

    metric: str
    where: list[str]
    by: list[str]
    since: datetime
    until: datetime


class IncidentDetail(IncidentOut):
    """decisions: what was decided about it and about the same places at the time, the oldest first. deliveries: who was told
    what. values: for each of its rules."""

    decisions: list[dict[str, Any]]
    deliveries: list[DeliveryOut]
    values: dict[str, ValuesOut]


class AcknowledgeIn(RequestBody):
    reason: Reason


def router(control: Control) -> APIRouter:
    routes = APIRouter(prefix="/incidents")
    ops = [Depends(control.requires(Role.OPS))]
    admin = control.requires(Role.ADMIN)

    @routes.get("", dependencies=ops)
    async def incidents(
        state: Literal["open", "resolved", "all"] = "open", limit: Annotated[int, Query(ge=1, le=1000)] = 100
    ) -> IncidentsOut:
        """What is wrong now (acknowledged ones are open too), or was."""
        found = await Records(control.database).incidents(state, limit)
        return IncidentsOut(
            incidents=[IncidentOut.of(each) for each in found], trouble=await trouble(control)
        )

    @routes.get("/{id}", dependencies=ops)
    async def incident(id: IdPath) -> IncidentDetail:
        """One incident with its alerts, the decisions around it, and who was told."""
        found = await incident_of(control, id)
        log = await Queue(control.database).log(limit=1000, incident=found.id)
        deliveries = [DeliveryOut.model_validate(each, from_attributes=True) for each in reversed(log)]
        return IncidentDetail(
            **IncidentOut.of(found, 1000).model_dump(),
            decisions=[to_json(each) for each in await _decisions(control, found)],
            deliveries=deliveries,
            values=_values(control, found),
        )

    @routes.post("/{id}/acknowledge")
    async def take_care(
        id: IdPath, body: AcknowledgeIn, operator: Annotated[Principal, Depends(admin)]
    ) -> IncidentOut:
        """Somebody takes care of it: nobody is reminded of it any more. Undoing the decision opens it again."""
        found, _ = await acknowledge(control, id, operator.name, body.reason)
        return IncidentOut.of(found)

    return routes


async def _decisions(control: Control, incident: Incident) -> list[Decision]:
    journal = PostgresJournal(control.database, control.clock)
    until = (incident.resolved or control.clock.now()) + LATER
    about = places(incident, control.config())
    found = await journal.search(
        500,
        after=new_id(incident.started - BEFORE),
        before=new_id(min(until, incident.started + timedelta(days=2))),
    )
    return sorted((each for each in found if _belongs(each, incident, about)), key=lambda each: each.id)


def _belongs(decision: Decision, incident: Incident, about: frozenset[str]) -> bool:
    if decision.controller == NAME or decision.evidence.get("incident"):
        return bool(decision.evidence.get("incident") == incident.id)
    return decision.id == incident.decision or decision.subject in about


def _values(control: Control, incident: Incident) -> dict[str, ValuesOut]:
    rules = control.config().section(Alerts).rules
    since = incident.started - timedelta(minutes=15)
    until = min(control.clock.now(), (incident.resolved or control.clock.now()) + timedelta(minutes=15))
    found = {}
    for name in sorted({alert.rule for alert in incident.alerts.values()} & rules.keys()):
        condition = rules[name].condition
        where = [f"{label}:{value}" for label, values in condition.where.items() for value in values]
        found[name] = ValuesOut(
            metric=condition.metric, where=where, by=list(condition.by), since=since, until=until
        )
    return found
