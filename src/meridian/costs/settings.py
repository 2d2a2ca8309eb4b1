"""The `costs` section: prices, and what of the use nobody measures."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from meridian.config.schema.base import Section, Slug

Price = Annotated[float, Field(ge=0, le=1e9)]
Amount = Annotated[float, Field(ge=0, le=1e12)]


class Prices(Section):
    """What a region costs, in the currency of `costs`. What is left out of a region's own prices is free there."""

    per_million_requests: Price = 0.0
    """For a million requests: of the load balancer, the logs, and whatever else is paid by request."""
    per_gb_out: Price = 0.0
    """For 10^9 bytes that edges send to clients."""
    per_gb_cdn: Price = 0.0
    """For 10^9 bytes that the CDN sends to clients."""
    per_gb_stored: Price = 0.0
    """For 10^9 bytes kept for a month."""
    per_instance_month: Price = 0.0
    """For one instance of the app for a month (730 hours)."""
    stored_gb: Amount = 0.0
    """How many 10^9 bytes are kept there. Meridian does not measure it."""
    instances: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """How many instances run there. Left out: as many as the inventory has addresses."""


class Ai(Section):
    """What AI requests cost."""

    features: tuple[Slug, ...] = ("ai",)
    """The features whose requests ask a model."""
    per_million_tokens: Price = 0.0
    """For a million tokens, in and out together."""
    tokens_per_request: Amount = 800.0
    """Tokens of one request, in and out together. Meridian does not measure it."""


class Tokens(Section):
    """What the app's own tokens cost it, by the business events that the app tells."""

    per_purchase: Price = 0.0
    """What a payment provider takes for one purchase."""
    per_thousand_earned: Price = 0.0
    """What a thousand tokens that users earned are paid out as."""


class Costs(Section):
    """What the traffic costs, by region and by user: prices that stand here, times use that is measured. Without prices
    everything is free."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "EUR"
    """The currency of every price here (ISO 4217)."""
    regions: Mapping[Slug, Prices] = {}
    """Prices of each region. One that is not named is free."""
    ai: Ai = Ai()
    """What AI requests cost."""
    tokens: Tokens = Tokens()
    """What the app's own tokens cost it."""
