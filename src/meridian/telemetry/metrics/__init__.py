"""Metrics: what there is (`catalogue`), how it is asked for (`query`), and where the answer comes from (`reading`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meridian.feature import Control
    from meridian.telemetry.metrics.query import Metrics


def metrics_of(control: Control) -> Metrics:
    """This process's metrics, from memory and history."""
    from meridian.telemetry.metrics.reading import reading_of

    return reading_of(control)
