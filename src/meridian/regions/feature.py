"""The regions feature, as the rest of Meridian sees it."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from meridian.feature import Control, Feature
from meridian.regions.commands import COMMANDS
from meridian.regions.compile import compile_regions
from meridian.regions.drain.controller import Draining
from meridian.regions.homes.controller import Placing
from meridian.regions.latency.controller import Measuring
from meridian.regions.load import load
from meridian.regions.policytests import run
from meridian.regions.proof import prove
from meridian.regions.returning import Recovery
from meridian.regions.settings import Routing

if TYPE_CHECKING:
    from fastapi import APIRouter


def _api(control: Control) -> APIRouter:
    """Its routes, with the web framework, are imported where control asks for them: commands start without it."""
    from meridian.regions.api import router

    return router(control)


FEATURE = Feature(
    name="routing",
    settings=Routing,
    check=run,
    compile=compile_regions,
    prove=prove,
    load=load,
    controllers=lambda control: (Placing(control), Draining(control), Measuring(control)),
    edge_loops=lambda: (Recovery(),),
    api=_api,
    commands=COMMANDS,
    migrations=files("meridian.regions") / "migrations",
)
