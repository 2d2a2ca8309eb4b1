"""The feature `costs`, as the rest of Meridian sees it."""

from __future__ import annotations

from meridian.costs.settings import Costs
from meridian.feature import Feature

FEATURE = Feature(name="costs", settings=Costs)
