"""The feature `alerts`, as the rest of Meridian sees it."""

from __future__ import annotations

from meridian.alerts.settings import Alerts
from meridian.feature import Feature

FEATURE = Feature(name="alerts", settings=Alerts)
