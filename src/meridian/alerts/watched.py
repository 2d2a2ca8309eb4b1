"""Incidents that change, for those who watch: the dashboard's stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meridian.alerts.incidents import Incident, public

if TYPE_CHECKING:
    from meridian.feature import Control

ALERTS = 50
"""Alerts of an incident that the stream shows."""


def announce(control: Control, incident: Incident) -> None:
    """As the API shows it."""
    from meridian.telemetry.stream import publish

    publish(control, "incident", public(incident, ALERTS))
