"""Telemetry, as the rest of Meridian sees it."""

from __future__ import annotations

from importlib.resources import files

from meridian.feature import Feature
from meridian.telemetry.settings import Telemetry

FEATURE = Feature(name="telemetry", settings=Telemetry, migrations=files("meridian.telemetry") / "migrations")
