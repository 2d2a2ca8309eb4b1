"""Deliveries: what was decided to be told gets through, once at least, in order, and leaves a trace."""

from meridian.alerts.deliveries.enqueueing import enqueue

__all__ = ["enqueue"]
