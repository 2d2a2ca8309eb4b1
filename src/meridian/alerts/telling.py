"""Who is told of an incident, and when: once when it opens, again only for news, and of its end. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from meridian.alerts.incidents import Incident, Told
from meridian.alerts.settings import ALL, Alerts, Rule
from meridian.alerts.wording import NAMED
from meridian.config.schema.base import duration
from meridian.core.decision import clip
from meridian.integrations.notice import Notice, Status

Why = Literal["", "opened", "escalated", "grown", "wider", "reminder"]


@dataclass(frozen=True, slots=True)
class Telling:
    """A notice for channels (by name)."""

    notice: Notice
    channels: tuple[str, ...]


def channels_of(incident: Incident, alerts: Alerts) -> tuple[str, ...]:
    """Those of the rules of its firing alerts, each once."""
    found: dict[str, None] = {}
    for name in sorted({alert.rule for alert in incident.firing()}):
        if rule := alerts.rules.get(name):
            found |= dict.fromkeys(channels_for(rule, alerts))
    return tuple(found)


def channels_for(rule: Rule, alerts: Alerts) -> tuple[str, ...]:
    """Those that a rule names or, where it names none, those of its severity; as far as they are configured."""
    return tuple(dict.fromkeys(_expanded(rule.channels or alerts.routes.get(rule.severity, ()), alerts)))


def _expanded(names: Iterable[str], alerts: Alerts) -> list[str]:
    found: list[str] = []
    for name in names:
        members = alerts.channels if name == ALL else alerts.teams.get(name, (name,))
        found += [member for member in members if member in alerts.channels]
    return found


def news(incident: Incident, alerts: Alerts, now: datetime) -> tuple[Why, tuple[str, ...]]:
    """Why people are told now, and which channels; "" for not now."""
    every = channels_of(incident, alerts)
    told = incident.told
    if incident.silenced or incident.resolved:
        return "", ()
    if told is None:
        waited = (now - incident.started).total_seconds()
        return ("opened", every) if waited >= alerts.gather else ("", ())
    if incident.severity < told.severity:
        return "escalated", _joined(told.channels, every)
    if added := tuple(name for name in every if name not in told.channels):
        return "wider", added
    # A notice names few subjects. While one more would be named it is news; one more of thousands is not.
    if told.subjects < NAMED and len(incident.subjects()) > told.subjects and not incident.acknowledged:
        return "grown", told.channels
    if alerts.remind and not incident.acknowledged and (now - told.at).total_seconds() >= alerts.remind:
        return "reminder", told.channels
    return "", ()


def after_telling(incident: Incident, channels: Sequence[str], now: datetime) -> Told:
    before = incident.told.channels if incident.told else ()
    return Told(now, incident.severity, len(incident.subjects()), _joined(before, channels))


def _joined(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *second]))


def notice(incident: Incident, status: Status, alerts: Alerts, now: datetime) -> Notice:
    return Notice(
        key=incident.id,
        status=status,
        severity=incident.severity,
        title=incident.title,
        sentence=incident.sentence,
        subject=incident.subject,
        at=now,
        started=incident.started,
        resolved=incident.resolved,
        cause=incident.cause,
        alerts=len(incident.alerts),
        runbook=runbook_url(incident.runbook, alerts),
        link=f"{alerts.dashboard_url}/infrastructure/monitoring?incident={incident.id}"
        if alerts.dashboard_url
        else "",
        by=incident.acknowledged.by if status == "acknowledged" and incident.acknowledged else "",
        values=_values(incident),
    )


def _values(incident: Incident) -> dict[str, str]:
    """One value for each rule whose alerts fire, or did: the worst known."""
    found: dict[str, list[float]] = {}
    for alert in incident.firing() or incident.alerts.values():
        found.setdefault(alert.rule, []).append(alert.value)
    return {rule: format(max(values, key=abs), ".4g") for rule, values in sorted(found.items())[:8]}


def runbook_url(runbook: str, alerts: Alerts) -> str:
    """The page's address; empty where nobody said at which address people reach it."""
    if not runbook or runbook.startswith(("http://", "https://")):
        return runbook
    if alerts.runbooks_url:
        return f"{alerts.runbooks_url}/{runbook}.md"
    return (
        f"{alerts.dashboard_url}/infrastructure/monitoring?runbook={runbook}" if alerts.dashboard_url else ""
    )


def over(incident: Incident, now: datetime) -> str:
    """The sentence of an incident that ends now."""
    lasted = max(1, round((now - incident.started).total_seconds()))
    return clip(f"over after {duration(lasted)}: {incident.sentence}")
