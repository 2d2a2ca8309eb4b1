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
    from collections.abc import Sequence
    from typing import Any

    from fastapi import APIRouter

    from meridian.core.controller import Controller


def _api(control: Control) -> APIRouter:
    """Its routes, with the web framework, are imported where control asks for them: commands start without it."""
    from meridian.degradation.api import router

    return router(control)


def _controllers(control: Control) -> Sequence[Controller[Any, Any, Any]]:
    """Imported where control asks for them: the numbers that rules look at need more than a command does."""
    from meridian.degradation.controller import Degrading
    from meridian.telemetry.metrics import metrics_of

    return (Degrading(control, metrics_of(control)),)


FEATURE = Feature(
    name="degradation",
    settings=Degradation,
    check=check,
    changes=changes,
    load=load,
    compile=compile_degradation,
    controllers=_controllers,
    api=_api,
    commands=COMMANDS,
    migrations=files("meridian.degradation") / "migrations",
)
"""The `degradation` section, its levels at the edges, and `meridian degrade`."""
