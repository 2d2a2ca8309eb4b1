"""The limits feature, as the rest of Meridian sees it."""

from __future__ import annotations

from meridian.feature import Feature
from meridian.limits.changes import changes
from meridian.limits.checks import check
from meridian.limits.compile import compile_limits
from meridian.limits.settings import Limits

FEATURE = Feature(name="limits", settings=Limits, compile=compile_limits, check=check, changes=changes)
