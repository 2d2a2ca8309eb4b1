"""A feature with the name of the sample one, for the test of the registry."""

from meridian.feature import Feature

FEATURE = Feature(name="greeting")
