"""A feature whose settings would hide Meridian's own, for the test of the registry."""

from meridian.config.schema.base import Section
from meridian.feature import Feature

FEATURE = Feature(name="regions", settings=Section)
