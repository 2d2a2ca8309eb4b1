"""Telemetry, as the rest of Meridian sees it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from meridian.core.ids import new_id
from meridian.envoy.fold import EdgeFacts, Fold
from meridian.feature import Background, Feature
from meridian.telemetry.commands import COMMANDS
from meridian.telemetry.edge.settings import contribution
from meridian.telemetry.settings import Telemetry

if TYPE_CHECKING:
    from typing import Any

    from fastapi import APIRouter

    from meridian.core.controller import Controller
    from meridian.feature import Control, Delivery, Pulse


def _folds(facts: EdgeFacts) -> Sequence[Fold]:
    from meridian.telemetry.edge.counting import Counting

    return [Counting(facts)]


async def _receive(control: Control, delivery: Delivery) -> None:
    from meridian.telemetry.history.receive import receive

    await receive(control, delivery)


def _live(control: Control, pulse: Pulse) -> None:
    from meridian.telemetry.live.receiving import take

    take(control, pulse)


def _controllers(control: Control) -> Sequence[Controller[Any, Any, Any]]:
    from meridian.telemetry.history.rollup import Rollup
    from meridian.telemetry.live.watching import Storing

    return [Rollup(control), Storing(control)]


def _api(control: Control) -> APIRouter:
    """Its routes, with the web framework, are imported where control asks for them: commands start without it."""
    from fastapi import APIRouter

    from meridian.telemetry import api as reading
    from meridian.telemetry.events import api as events
    from meridian.telemetry.exposition import api as exposition

    routes = APIRouter()
    for part in (reading, events, exposition):
        routes.include_router(part.router(control))
    return routes


def _background(control: Control) -> Sequence[Background]:
    from meridian.telemetry.exposition.sending import Sending
    from meridian.telemetry.live.watching import Watching

    return [
        Background("telemetry.otlp", Sending(control, new_id(control.clock.now())).run),
        Background("telemetry.watching", Watching(control).run),
    ]


FEATURE = Feature(
    name="telemetry",
    settings=Telemetry,
    compile=contribution,
    folds=_folds,
    receive=_receive,
    live=_live,
    controllers=_controllers,
    api=_api,
    background=_background,
    commands=COMMANDS,
    migrations=files("meridian.telemetry") / "migrations",
)
