"""The feature `alerts`, as the rest of Meridian sees it."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from meridian.alerts.check import check
from meridian.alerts.commands import COMMANDS
from meridian.alerts.settings import Alerts
from meridian.feature import Control, Feature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import APIRouter

    from meridian.core.controller import Controller


def _api(control: Control) -> APIRouter:
    """Its routes, with the web framework, are imported where control asks for them: commands start without it."""
    from meridian.alerts.api import router

    return router(control)


def _controllers(control: Control) -> Sequence[Controller[Any, Any, Any]]:
    from meridian.alerts.controller import Rules
    from meridian.alerts.deliveries.controller import Deliveries

    return (Rules(control), Deliveries(control))


FEATURE = Feature(
    name="alerts",
    settings=Alerts,
    check=check,
    controllers=_controllers,
    api=_api,
    commands=COMMANDS,
    migrations=files("meridian.alerts") / "migrations",
)
