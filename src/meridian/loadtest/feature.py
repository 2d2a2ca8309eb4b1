"""The feature `load_tests`, as the rest of Meridian sees it."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from meridian.feature import Control, Feature
from meridian.loadtest.check import check
from meridian.loadtest.commands import COMMANDS
from meridian.loadtest.settings import LoadTests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import APIRouter

    from meridian.core.controller import Controller


def _api(control: Control) -> APIRouter:
    """Its routes, with the web framework, are imported where control asks for them: commands start without it."""
    from meridian.loadtest.api import router

    return router(control)


def _controllers(control: Control) -> Sequence[Controller[Any, Any, Any]]:
    from meridian.loadtest.keeping import Keeping

    return (Keeping(control),)


FEATURE = Feature(
    name="load_tests",
    settings=LoadTests,
    check=check,
    controllers=_controllers,
    api=_api,
    commands=COMMANDS,
    migrations=files("meridian.loadtest") / "migrations",
)
