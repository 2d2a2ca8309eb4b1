"""Judges every rule once a second: values in; incidents, notices and decisions out. Pure.

What fires follows from how the rules' groups stand (`telemetry.conditions.Held`), and incidents follow from what fires. So a
cycle that was lost half-way is made up for by the next one, and nothing is told twice.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from meridian.alerts.decisions import NAME, What, decided, evidence, replayed
from meridian.alerts.explaining import WITHIN, explanation
from meridian.alerts.grouping import Gathering, described
from meridian.alerts.incidents import Alert, Incident, Labels
from meridian.alerts.places import name_of, place_of
from meridian.alerts.settings import Alerts, Rule
from meridian.alerts.silences import Silence, silenced
from meridian.alerts.telling import Telling, after_telling, news, notice, over
from meridian.alerts.wording import facts, subject, worded
from meridian.config.schema.root import Config
from meridian.core.decision import Decision
from meridian.telemetry.conditions import Held, Patience, Standing, verdicts
from meridian.telemetry.metrics.query import Group, Value

Facts = Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class Stored:
    """What PostgreSQL holds: when this process begins to judge, and when somebody else wrote. held: None where what this process
    knows is newer."""

    held: Mapping[str, Held] | None
    incidents: tuple[Incident, ...]
    silences: tuple[Silence, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """values: rule -> its groups' values; a rule that could not be asked is missing, and stays as it is. fresh: as
    `Metrics.fresh`. decisions: recent ones that may explain an incident. stored: None where nothing is new there."""

    values: Mapping[str, Mapping[Group, Value]]
    fresh: bool = True
    decisions: Sequence[Decision] = ()
    stored: Stored | None = None


@dataclass(frozen=True, slots=True)
class State:
    """incidents: the open ones, by id. closed: those that ended in this cycle. told: notices of this cycle."""

    held: Mapping[str, Held] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    silences: tuple[Silence, ...] = ()
    closed: tuple[Incident, ...] = ()
    told: tuple[Telling, ...] = ()


class RulesJudge:
    name = NAME

    def initial(self) -> State:
        return State()

    def decide(
        self, policy: Config, state: State, observation: Observation, now: datetime
    ) -> tuple[State, Sequence[Decision]]:
        alerts = policy.section(Alerts)
        if stored := observation.stored:
            known = state.held if stored.held is None else stored.held
            state = State(known, {each.id: each for each in stored.incidents}, stored.silences)
        held = _held(alerts, state.held, observation, now)
        standing = {
            (name, labels_of(alerts.rules[name], group)): each
            for name, of_rule in held.items()
            for group, each in of_rule.firing().items()
        }
        incidents = {each.id: _updated(each, standing, now) for each in state.incidents.values()}
        fresh = _fired(policy, alerts, incidents, standing)
        gathering = Gathering(policy, alerts, now, incidents)
        if fresh:
            gathering.take(fresh)
        cycle = _Cycle(policy, alerts, now, observation.decisions, state.silences)
        for id in sorted(gathering.incidents, key=lambda id: (gathering.incidents[id].started, id)):
            if id in gathering.merged and id in gathering.opened:
                continue  # nobody ever saw it
            before = state.incidents.get(id)
            cycle.judge(before, gathering.incidents[id], _title(gathering, policy, id))
        following = State(held, cycle.open, state.silences, tuple(cycle.closed), tuple(cycle.told))
        return following, cycle.decisions

    def replay(self, policy: Config, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        return replayed(evidence)


def patience(rule: Rule) -> Patience:
    gone = rule.no_data_after if rule.no_data == "resolve" else math.inf
    return Patience(fires_after=rule.for_, resolves_after=rule.resolve_after, gone_after=gone)


def labels_of(rule: Rule, group: Group) -> Labels:
    condition = rule.condition
    fixed = [(name, values[0]) for name, values in condition.where.items() if len(values) == 1]
    own = [pair for pair in fixed if pair[0] not in condition.by]
    return (*own, *zip(condition.by, group, strict=False))


def _held(
    alerts: Alerts, before: Mapping[str, Held], observation: Observation, now: datetime
) -> dict[str, Held]:
    """Of a rule that is no longer configured nothing is held, so its alerts end."""
    found: dict[str, Held] = {}
    for name, rule in alerts.rules.items():
        values = observation.values.get(name)
        known = verdicts(rule.condition, values or {})
        fresh = observation.fresh and values is not None
        width = len(rule.condition.by)
        held = before.get(name, Held())
        held = held.without([group for group in held.standings if len(group) != width])
        found[name], _ = held.step(known, patience(rule), now.timestamp(), fresh=fresh)
    return found


def _updated(incident: Incident, standing: Mapping[tuple[str, Labels], Standing], now: datetime) -> Incident:
    """The incident with its alerts as they stand now."""
    alerts = {key: _alert_now(alert, standing.get(key), now) for key, alert in incident.alerts.items()}
    return replace(incident, alerts=alerts)


def _alert_now(alert: Alert, standing: Standing | None, now: datetime) -> Alert:
    if standing is None:
        return alert if alert.resolved else replace(alert, resolved=now)
    if alert.firing and (alert.value, alert.worst, alert.n) == (standing.value, standing.worst, standing.n):
        return alert
    since = alert.since if alert.firing else _at(standing.since)
    return replace(
        alert, value=standing.value, worst=standing.worst, n=standing.n, since=since, resolved=None
    )


def _fired(
    config: Config,
    alerts: Alerts,
    incidents: Mapping[str, Incident],
    standing: Mapping[tuple[str, Labels], Standing],
) -> list[Alert]:
    """What fires and is in no open incident yet."""
    known = {key for incident in incidents.values() for key in incident.alerts}
    found = []
    for (name, labels), each in standing.items():
        if (name, labels) in known:
            continue
        rule = alerts.rules[name]
        about = subject(rule.about, labels, name_of(place_of(labels, config)), config.app.name)
        bound = rule.condition.bound
        found.append(Alert(name, labels, about, each.value, each.worst, bound, _at(each.since), each.n))
    return found


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _title(gathering: Gathering, config: Config, id: str) -> str:
    """Of the incident that took this one over; empty where none did."""
    if id not in gathering.merged:
        return ""
    home = id
    while home in gathering.merged:
        home = gathering.merged[home]
    alerts = config.section(Alerts)
    return _named(described(gathering.incidents[home], alerts), alerts)[0].title


def _named(incident: Incident, alerts: Alerts) -> tuple[Incident, Facts]:
    """The incident in words, and what they are made from. Where its lead rule is no longer configured, the words stay."""
    rule = alerts.rules.get(incident.lead)
    of_lead = [alert for alert in incident.alerts.values() if alert.rule == incident.lead]
    if rule is None or not of_lead:
        plain = _plain(incident)
        return incident, plain
    firing = [alert for alert in of_lead if alert.firing] or of_lead
    found = facts(firing, rule.title, rule.sentence, rule.condition.below is not None)
    title, sentence = worded(found, len(incident.alerts) - len(firing))
    return replace(incident, title=title, sentence=sentence, subject=str(found["subject"])), found


def _plain(incident: Incident) -> dict[str, str | float]:
    escaped = {
        name: getattr(incident, name).replace("{", "{{").replace("}", "}}") for name in ("title", "sentence")
    }
    count = len(incident.alerts)
    return {**escaped, "subject": incident.subject, "labels": "", "n": count, "value": 0.0, "threshold": 0.0}


@dataclass(slots=True)
class _Cycle:
    """One cycle's incidents, notices and decisions as they come about."""

    config: Config
    alerts: Alerts
    now: datetime
    recent: Sequence[Decision]
    silences: Sequence[Silence]
    open: dict[str, Incident] = field(default_factory=dict)
    closed: list[Incident] = field(default_factory=list)
    told: list[Telling] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def judge(self, before: Incident | None, incident: Incident, merged_into: str) -> None:
        """before: as it was in the last cycle; None for a new one. merged_into: title of the incident that took it over."""
        incident, found = _named(described(incident, self.alerts), self.alerts)
        incident = self._explained(incident)
        if before is None:
            self._decide("opened", incident, found)
        if merged_into:
            self._end(incident, found, merged_into)
            return
        if not incident.firing():
            self._end(replace(before or incident, alerts=incident.alerts), _plain(before or incident), "")
            return
        incident = replace(incident, silenced=silenced(incident, self.silences, self.alerts, self.now))
        why, channels = news(incident, self.alerts, self.now)
        if why:
            if why != "opened":
                self._decide(why, incident, found)
            self._tell(incident, channels)
            incident = replace(incident, told=after_telling(incident, channels, self.now))
        elif before is not None and incident.severity < before.severity:
            self._decide("escalated", incident, found)  # untold, but the journal knows
        self.open[incident.id] = incident

    def _explained(self, incident: Incident) -> Incident:
        age = (self.now - incident.started).total_seconds()
        if incident.cause or age > 2 * WITHIN:
            return incident
        found = explanation(incident, self.recent, self.config)
        return replace(incident, cause=found.sentence, decision=found.id) if found else incident

    def _end(self, incident: Incident, found: Facts, merged_into: str) -> None:
        sentence = f"part of: {merged_into}" if merged_into else over(incident, self.now)
        ended = replace(incident, resolved=self.now, sentence=sentence)
        self._decide("merged" if merged_into else "resolved", incident, found, merged_into)
        if ended.told:
            self.told.append(Telling(notice(ended, "resolved", self.alerts, self.now), ended.told.channels))
        self.closed.append(ended)

    def _tell(self, incident: Incident, channels: tuple[str, ...]) -> None:
        if channels:
            self.told.append(Telling(notice(incident, "firing", self.alerts, self.now), channels))

    def _decide(self, what: What, incident: Incident, found: Facts, into: str = "") -> None:
        lasted = (self.now - incident.started).total_seconds()
        self.decisions.append(decided(evidence(what, incident, found, lasted, into)))
