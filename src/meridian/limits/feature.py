"""The limits feature, as the rest of Meridian sees it."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from meridian.feature import Control, Feature
from meridian.limits.changes import changes
from meridian.limits.checks import check
from meridian.limits.choices import Choices
from meridian.limits.commands import COMMANDS
from meridian.limits.compile import compile_limits
from meridian.limits.load import load
from meridian.limits.settings import Limits

if TYPE_CHECKING:
    from fastapi import APIRouter


def _api(control: Control) -> APIRouter:
    """Its routes, with the web framework, are imported where control asks for them: commands start without it."""
    from meridian.limits.api import router

    return router(control)


FEATURE = Feature(
    name="limits",
    settings=Limits,
    check=check,
    changes=changes,
    compile=compile_limits,
    load=load,
    controllers=lambda control: (Choices(control),),
    api=_api,
    commands=COMMANDS,
    migrations=files("meridian.limits") / "migrations",
)
