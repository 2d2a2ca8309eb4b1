"""The `telemetry.objectives` section."""

from typing import Annotated

from pydantic import Field

from meridian.config.schema.base import PositiveDuration, Section, Slug

Share = Annotated[float, Field(gt=0, le=1)]


class Objectives(Section):
    """What is promised to users."""

    mean: PositiveDuration = 0.2
    """Mean latency of all requests."""
    p95: PositiveDuration = 0.4
    """95 of 100 answers are faster than this."""
    p99: PositiveDuration = 0.8
    """99 of 100 answers are faster than this."""
    errors: Share = 0.01
    """The share of requests that may fail."""
    cdn_hit_rate: Share = 0.85
    """The share of what the CDN serves that it should have already."""
    ai_features: tuple[Slug, ...] = ("ai",)
    """The features that the AI panel shows."""
    feed_features: tuple[Slug, ...] = ("feed",)
    """The features that the feed panel shows."""
