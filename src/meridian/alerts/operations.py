"""What people do about alerts: acknowledge an incident, silence what they know of, and take either back. All is journalled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from meridian.alerts.acting import (
    acknowledge_action,
    expire_action,
    silence_action,
    unacknowledge_action,
)
from meridian.alerts.controller import Rules
from meridian.alerts.incidents import Incident
from meridian.alerts.settings import Alerts
from meridian.alerts.silences import OWN, Silence, described
from meridian.alerts.store import Records
from meridian.config.schema.base import duration
from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict, InvalidInput, NotFound
from meridian.core.ids import new_id
from meridian.core.suggest import did_you_mean

if TYPE_CHECKING:
    from meridian.feature import Control

OPERATOR = "operator"


async def acknowledge(control: Control, id: str, by: str, reason: str) -> tuple[Incident, Decision]:
    """Somebody takes care of an incident: nobody is reminded of it any more. Undone, it is open again.

    Raises NotFound, and Conflict where it is over, or somebody did already."""
    incident = await incident_of(control, id)
    if incident.resolved:
        raise Conflict(f"this incident ended at {incident.resolved:%Y-%m-%d %H:%M:%S} UTC")
    if incident.acknowledged:
        who = incident.acknowledged
        raise Conflict(f"{who.by} already acknowledged this incident at {who.at:%H:%M:%S} UTC: {who.reason}")
    decision = Decision(
        controller=OPERATOR,
        kind="incident-acknowledged",
        subject=incident.subject,
        sentence=clip(f"{by} takes care of {incident.title}: {reason}"),
        evidence={"incident": incident.id, "severity": incident.severity, "sentence": incident.sentence},
        action=acknowledge_action(incident.id, by, reason),
        undo=unacknowledge_action(incident.id),
        actor=by,
        reason=reason,
    )
    stored = await _carry_out(control, decision)
    return await incident_of(control, id), stored


async def silence(
    control: Control, matchers: Mapping[str, Sequence[str]], lasts: float, by: str, reason: str
) -> tuple[Silence, Decision]:
    """Nobody is told of alerts that match all matchers (name -> values), for `lasts` seconds from now. Undone, it ends at once.

    Raises InvalidInput for names that no rule has, for none at all, and for a time that is too long."""
    alerts, now = control.config().section(Alerts), control.clock.now()
    _require_matchers(alerts, matchers)
    if not 1 <= lasts <= alerts.longest_silence:
        raise InvalidInput(
            f"a silence lasts 1s to {duration(alerts.longest_silence)}, not {duration(max(0.0, lasts))}",
            "choose a shorter time, and renew it",
        )
    wanted = {name: tuple(values) for name, values in matchers.items()}
    made = Silence(new_id(now), wanted, now, now + timedelta(seconds=lasts), reason, by)
    decision = Decision(
        controller=OPERATOR,
        kind="silence",
        subject=next(iter(wanted.values()))[0],
        sentence=clip(f"{by} silences {described(wanted)} for {duration(lasts)}: {reason}"),
        evidence={"lasts": lasts},
        action=silence_action(made),
        undo=expire_action(made),
        actor=by,
        reason=reason,
    )
    return made, await _carry_out(control, decision)


async def expire(control: Control, id: str, by: str, reason: str) -> Decision:
    """Ends a silence now. Undone, it goes on until its own end. Raises NotFound, and Conflict where it is over."""
    found, now = await Records(control.database).silence(id), control.clock.now()
    if found is None:
        raise NotFound(f"no silence has the id {id[:80]}", "list them with `meridian alerts silences`")
    if found.ends <= now:
        raise Conflict(f"this silence ended at {found.ends:%Y-%m-%d %H:%M:%S} UTC")
    decision = Decision(
        controller=OPERATOR,
        kind="silence-ended",
        subject=next(iter(found.matchers.values()))[0],
        sentence=clip(f"{by} ended the silence of {described(found.matchers)}: {reason}"),
        action=expire_action(found),
        undo=silence_action(found),
        actor=by,
        reason=reason,
    )
    return await _carry_out(control, decision)


async def incident_of(control: Control, id: str) -> Incident:
    """id: or as much of its beginning as is enough. Raises NotFound, and Conflict where several ids begin so."""
    records = Records(control.database)
    ids = await records.beginning(id)
    if len(ids) > 1:
        raise Conflict(f"several incidents' ids begin with {id}", "write more of it")
    found = await records.incident(ids[0]) if ids else None
    if found is None:
        raise NotFound(f"no incident has the id {id[:80]}", "list them with `meridian alerts --all`")
    return found


def _require_matchers(alerts: Alerts, matchers: Mapping[str, Sequence[str]]) -> None:
    known = {
        *OWN,
        *(name for rule in alerts.rules.values() for name in (*rule.condition.by, *rule.condition.where)),
    }
    if not matchers:
        raise InvalidInput("a silence of everything is none", "say what it is about, as rule=chat-latency")
    for name, values in matchers.items():
        if name not in known:
            raise InvalidInput(f"no alert has a {name[:60]}", did_you_mean(name[:60], sorted(known)))
        if not values or not all(values):
            raise InvalidInput(f"{name} has no value", f"write {name}=VALUE; * stands for anything")
    rules = matchers.get("rule", ())
    for rule in rules:
        if "*" not in rule and rule not in alerts.rules:
            raise InvalidInput(f"there is no rule {rule[:60]}", did_you_mean(rule[:60], alerts.rules))
    if all(set(value) == {"*"} for values in matchers.values() for value in values):
        raise InvalidInput("a silence of everything is none", "say what it is about, as rule=chat-latency")


async def _carry_out(control: Control, decision: Decision) -> Decision:
    [stored] = await control.journal.write([decision])
    await Rules(control).actuate(stored)
    return stored
