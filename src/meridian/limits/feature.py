"""The limits feature, as the rest of Meridian sees it."""

from __future__ import annotations

from meridian.feature import Feature
from meridian.limits.settings import Limits

FEATURE = Feature(name="limits", settings=Limits)
