"""The limits feature, as the rest of Meridian sees it."""

from __future__ import annotations

from importlib.resources import files

from meridian.feature import Feature
from meridian.limits.changes import changes
from meridian.limits.checks import check
from meridian.limits.choices import Choices
from meridian.limits.compile import compile_limits
from meridian.limits.load import load
from meridian.limits.settings import Limits

FEATURE = Feature(
    name="limits",
    settings=Limits,
    check=check,
    changes=changes,
    compile=compile_limits,
    load=load,
    controllers=lambda control: (Choices(control),),
    migrations=files("meridian.limits") / "migrations",
)
