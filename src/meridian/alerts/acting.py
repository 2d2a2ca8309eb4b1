"""Carries out what people decide about alerts: acknowledge, silence, and taking either back. Safe to repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from meridian.alerts.decisions import NAME
from meridian.alerts.incidents import Acknowledged
from meridian.alerts.settings import Alerts
from meridian.alerts.silences import Silence, from_json, to_json
from meridian.alerts.store import Records, advance, one, put_acknowledged, put_silence
from meridian.alerts.telling import notice
from meridian.alerts.watched import announce
from meridian.core.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from meridian.core.decision import Decision
    from meridian.feature import Control


def acknowledge_action(incident: str, by: str, reason: str) -> dict[str, Any]:
    return {"controller": NAME, "do": "acknowledge", "incident": incident, "by": by, "reason": reason}


def unacknowledge_action(incident: str) -> dict[str, Any]:
    return {"controller": NAME, "do": "unacknowledge", "incident": incident}


def silence_action(silence: Silence) -> dict[str, Any]:
    return {"controller": NAME, "do": "silence", "silence": to_json(silence)}


def expire_action(silence: Silence) -> dict[str, Any]:
    return {"controller": NAME, "do": "expire", "silence": to_json(silence)}


async def act(control: Control, decision: Decision) -> None:
    """Raises Conflict where there is nothing any more that it could be done to."""
    action, at = decision.action, decision.at or control.clock.now()
    if action["do"] in ("acknowledge", "unacknowledge"):
        await _acknowledge(control, action, at)
        return
    await _silence(control, from_json(action["silence"]), action["do"] == "expire", at)


async def _acknowledge(control: Control, action: Mapping[str, Any], at: datetime) -> None:
    from meridian.alerts.deliveries import enqueue

    async with control.database.connection() as connection:
        incident = await one(connection, action["incident"], lock=True)
        if incident is None or incident.resolved:
            raise Conflict("this incident is over", "nothing is left to acknowledge")
        who = Acknowledged(action["by"], at, action["reason"]) if action["do"] == "acknowledge" else None
        if (incident.acknowledged is None) == (who is None):
            return
        incident = replace(incident, acknowledged=who)
        await put_acknowledged(connection, incident.id, who)
        if who and incident.told and incident.told.channels:
            alerts = control.config().section(Alerts)
            channels = [name for name in incident.told.channels if name in alerts.channels]
            await enqueue(connection, notice(incident, "acknowledged", alerts, at), channels, at)
        await advance(connection)
    announce(control, incident)


async def _silence(control: Control, silence: Silence, expire: bool, at: datetime) -> None:
    if not expire and silence.ends <= at:
        raise InvalidInput("this silence would be over already", "make a new one")
    stored = await Records(control.database).silence(silence.id)
    if expire and (stored is None or stored.ends <= at):
        return
    async with control.database.connection() as connection:
        await put_silence(connection, replace(silence, ends=max(at, silence.starts)) if expire else silence)
        await advance(connection)
