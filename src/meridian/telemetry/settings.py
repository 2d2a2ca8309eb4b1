"""The `telemetry` section."""

from meridian.config.schema.base import Section


class Telemetry(Section):
    """How long history is kept, and where numbers go besides."""
