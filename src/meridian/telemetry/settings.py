"""The `telemetry` section."""

from meridian.config.schema.base import Section

FREE = ("free",)


class Telemetry(Section):
    """How long history is kept, and where numbers go besides."""

    free_tiers: tuple[str, ...] = FREE
    """Tiers whose users do not pay. Whoever has another tier counts as a paying user."""
