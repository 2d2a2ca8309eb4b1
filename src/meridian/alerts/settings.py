"""The `alerts` section."""

from meridian.config.schema.base import Section


class Alerts(Section):
    """Alerts."""
