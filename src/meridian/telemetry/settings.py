"""The `telemetry` section."""

from meridian.config.schema.base import Section
from meridian.telemetry.exposition.settings import Otlp
from meridian.telemetry.history.settings import Retention
from meridian.telemetry.metrics.settings import Objectives

FREE = ("free",)


class Telemetry(Section):
    """How long history is kept, and where numbers go besides."""

    history: Retention = Retention()
    """How long numbers are kept in PostgreSQL."""
    objectives: Objectives = Objectives()
    """What is promised, for the lines in the panels. A feature's own latency objective is its `p95`."""
    free_tiers: tuple[str, ...] = FREE
    """Tiers whose users do not pay. Whoever has another tier counts as a paying user."""
    otlp: Otlp | None = None
    """OpenTelemetry, where metrics are to be sent. Left out: nowhere; Prometheus asks for them at /metrics."""
