"""The `degradation` section."""

from meridian.config.schema.base import Section


class Degradation(Section):
    """Graceful degradation."""
