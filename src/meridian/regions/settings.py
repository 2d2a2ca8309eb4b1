"""The `routing` section: how measured latency may change where requests go."""

from typing import Annotated

from pydantic import Field

from meridian.config.schema.base import Duration, Section


class Routing(Section):
    """How measured latency may change where `nearest` and `optimal` features go."""

    margin: Duration = 0.02
    """Another region must be faster by at least this before it is preferred."""
    margin_ratio: Annotated[float, Field(ge=0, le=1)] = 0.15
    """... and by at least this share of the present region's latency."""
    hold: Duration = 60.0
    """... and for at least this long, so that two near-equal regions do not alternate."""
    min_samples: Annotated[int, Field(ge=1)] = 20
    """Measurements of a country to a region before they count."""
    window: Duration = 900.0
    """Measurements older than this no longer count."""
