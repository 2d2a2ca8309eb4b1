"""The rules with their state now, and the runbooks, for operators."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from meridian.alerts import runbooks
from meridian.alerts.judge import labels_of
from meridian.alerts.judging import trouble
from meridian.alerts.settings import Alerts, Rule
from meridian.alerts.store import Records
from meridian.alerts.telling import channels_for
from meridian.core.errors import MeridianError, NotFound
from meridian.core.principal import Role
from meridian.core.suggest import did_you_mean
from meridian.feature import Control
from meridian.telemetry.conditions import Held, Standing, Verdict, verdicts
from meridian.telemetry.metrics import metrics_of
from meridian.telemetry.metrics.query import Group

MOST = 50
"""Groups of a rule that are listed: those that fire first."""


class GroupOut(BaseModel):
    """state: "firing", "pending" (bad, but not for long enough yet) or "quiet". since: when it became bad."""

    labels: dict[str, str]
    state: str
    value: float | None
    n: float | None
    since: datetime | None


class RuleOut(BaseModel):
    """state: "firing", "pending", "quiet", "no data" (nothing is measured) or "unknown" (it cannot be asked now, and `trouble`
    says why). bound: bad beyond it, in the direction of `bad`. firing: how many alerts fire. channels: those that are told."""

    name: str
    title: str
    metric: str
    where: dict[str, list[str]]
    by: list[str]
    over: float
    bad: str
    bound: float
    clears: float | None
    for_seconds: float
    resolve_after: float
    severity: int
    group: str
    runbook: str
    channels: list[str]
    state: str
    trouble: str
    firing: int
    groups: list[GroupOut]


class RulesOut(BaseModel):
    """trouble: why no rule is judged now; empty while they are."""

    rules: list[RuleOut]
    trouble: str


class RunbookOut(BaseModel):
    """text: the page, as Markdown."""

    name: str
    text: str


def router(control: Control) -> APIRouter:
    routes = APIRouter()
    ops = [Depends(control.requires(Role.OPS))]

    @routes.get("/alerts/rules", dependencies=ops)
    async def rules() -> RulesOut:
        """Every rule, and how it stands now."""
        alerts = control.config().section(Alerts)
        held = await Records(control.database).held()
        found = [await _rule(control, alerts, name, held.get(name, Held())) for name in alerts.rules]
        return RulesOut(rules=found, trouble=await trouble(control))

    @routes.get("/runbooks/{name}", dependencies=ops)
    async def runbook(
        name: Annotated[str, Path(min_length=1, max_length=63, examples=["region-outage"])],
    ) -> RunbookOut:
        """What to do: a runbook's page."""
        if name not in runbooks.names():
            raise NotFound(f"there is no runbook {name}", did_you_mean(name, runbooks.names()))
        return RunbookOut(name=name, text=runbooks.text(name))

    return routes


async def _rule(control: Control, alerts: Alerts, name: str, held: Held) -> RuleOut:
    rule, unasked = alerts.rules[name], ""
    now: dict[Group, Verdict] = {}
    try:
        now = dict(verdicts(rule.condition, await metrics_of(control).now(rule.condition.query)))
    except MeridianError as error:
        unasked = str(error)
    groups = {
        group: _group(rule, group, held.standings.get(group), now.get(group))
        for group in {*held.standings, *now}
    }
    order = {"firing": 0, "pending": 1, "quiet": 2}
    listed = sorted(groups, key=lambda group: (order[groups[group].state], group))
    condition = rule.condition
    return RuleOut(
        name=name,
        title=rule.title,
        metric=condition.metric,
        where={label: list(values) for label, values in condition.where.items()},
        by=list(condition.by),
        over=condition.over,
        bad="above" if condition.above is not None else "below",
        bound=condition.bound,
        clears=condition.clears,
        for_seconds=rule.for_,
        resolve_after=rule.resolve_after,
        severity=rule.severity,
        group=rule.group,
        runbook=rule.runbook,
        channels=list(channels_for(rule, alerts)),
        state=_state([each.state for each in groups.values()], unasked),
        trouble=unasked,
        firing=len(held.firing()),
        groups=[groups[group] for group in listed[:MOST]],
    )


def _group(rule: Rule, group: Group, standing: Standing | None, verdict: Verdict | None) -> GroupOut:
    stands = standing if standing and standing.state != "quiet" else None
    return GroupOut(
        labels=dict(labels_of(rule, group)),
        state=stands.state if stands else "quiet",
        value=verdict.value if verdict else None,
        n=verdict.n if verdict else None,
        since=datetime.fromtimestamp(stands.since, UTC) if stands else None,
    )


def _state(groups: list[str], trouble: str) -> str:
    for state in ("firing", "pending"):
        if state in groups:
            return state
    if trouble:
        return "unknown"
    return "quiet" if groups else "no data"
