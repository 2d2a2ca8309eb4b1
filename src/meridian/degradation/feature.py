"""The feature `degradation`, as the rest of Meridian sees it."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from meridian.degradation.changes import changes
from meridian.degradation.checks import check
from meridian.degradation.commands import COMMANDS
from meridian.degradation.compile import compile_degradation
from meridian.degradation.load import load
from meridian.degradation.settings import Degradation
from meridian.feature import Control, Feature

if TYPE_CHECKING:
    from fastapi import APIRouter


def _api(control: Control) -> APIRouter:
    """Its routes, with the web framework, are imported where control asks for them: commands start without it."""
    from meridian.degradation.api import router

    return router(control)


FEATURE = Feature(
    name="degradation",
    settings=Degradation,
    check=check,
    changes=changes,
    load=load,
    compile=compile_degradation,
    api=_api,
    commands=COMMANDS,
    migrations=files("meridian.degradation") / "migrations",
)
"""The `degradation` section, its levels at the edges, and `meridian degrade`."""
