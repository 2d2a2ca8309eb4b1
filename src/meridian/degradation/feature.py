"""The feature `degradation`, as the rest of Meridian sees it."""

from __future__ import annotations

from meridian.degradation.settings import Degradation
from meridian.feature import Feature

FEATURE = Feature(name="degradation", settings=Degradation)
