"""Telemetry, as the rest of Meridian sees it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from meridian.envoy.fold import EdgeFacts, Fold
from meridian.feature import Feature
from meridian.telemetry.edge.settings import contribution
from meridian.telemetry.settings import Telemetry

if TYPE_CHECKING:
    from fastapi import APIRouter

    from meridian.feature import Control


def _folds(facts: EdgeFacts) -> Sequence[Fold]:
    from meridian.telemetry.edge.counting import Counting

    return [Counting(facts)]


def _api(control: Control) -> APIRouter:
    """Its routes, with the web framework, are imported where control asks for them: commands start without it."""
    from fastapi import APIRouter

    from meridian.telemetry.events import api as events

    routes = APIRouter()
    for part in (events,):
        routes.include_router(part.router(control))
    return routes


FEATURE = Feature(
    name="telemetry",
    settings=Telemetry,
    compile=contribution,
    folds=_folds,
    api=_api,
    migrations=files("meridian.telemetry") / "migrations",
)
