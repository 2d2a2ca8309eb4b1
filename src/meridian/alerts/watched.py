"""Incidents that change, for those who watch: the dashboard's stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meridian.alerts.incidents import Incident, public

if TYPE_CHECKING:
    from meridian.feature import Control

ALERTS = 50
"""Alerts of an incident that the stream shows."""
SHOWN = 100
"""Open incidents that the dashboard shows first."""


def show(control: Control) -> None:
    """Puts the open incidents on the dashboard."""
    from meridian.alerts.store import Records
    from meridian.telemetry.live.parts import provide

    async def incidents() -> list[dict[str, Any]]:
        return [public(each, ALERTS) for each in await Records(control.database).incidents("open", SHOWN)]

    provide(control, "incidents", incidents)


def announce(control: Control, incident: Incident) -> None:
    """As the API shows it."""
    from meridian.telemetry.stream import publish

    publish(control, "incident", public(incident, ALERTS))
