"""The feature `costs`, as the rest of Meridian sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meridian.costs.check import check
from meridian.costs.commands import costs
from meridian.costs.settings import Costs
from meridian.feature import Feature

if TYPE_CHECKING:
    from fastapi import APIRouter

    from meridian.feature import Control


def _api(control: Control) -> APIRouter:
    """Its routes, with the web framework, are imported where control asks for them: commands start without it."""
    from meridian.costs.api import router

    return router(control)


FEATURE = Feature(name="costs", settings=Costs, check=check, api=_api, commands=(costs,))
