"""What use costs. Pure: prices and use in, amounts out, in the currency of the prices."""

from collections.abc import Mapping
from dataclasses import dataclass

from meridian.config.schema.base import duration
from meridian.costs.settings import Costs, Prices

MONTH = 730 * 3600.0
"""Seconds, as clouds bill it."""
YOUNGEST = 3600.0
"""Seconds that must have been measured before a month is told from them."""
GB = 1e9
FREE = Prices()


@dataclass(frozen=True, slots=True)
class Use:
    """One region's, in a span of time. bytes_out: sent by edges; cdn_bytes: by the CDN. users: distinct ones. earned: tokens."""

    requests: float = 0.0
    bytes_out: float = 0.0
    cdn_bytes: float = 0.0
    ai_requests: float = 0.0
    purchases: float = 0.0
    earned: float = 0.0
    users: float = 0.0
    instances: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """parts: name -> amount; every part is there, also one that is free."""

    parts: Mapping[str, float]
    users: float

    @property
    def total(self) -> float:
        return sum(self.parts.values())

    @property
    def per_user(self) -> float | None:
        """For each user who was active; None where nobody was."""
        return self.total / self.users if self.users >= 1 else None


def cost(costs: Costs, region: str, use: Use, seconds: float) -> Cost:
    """seconds: that were measured, in which the use was."""
    prices = costs.regions.get(region, FREE)
    instances = use.instances if prices.instances is None else prices.instances
    months = seconds / MONTH
    parts = {
        "requests": use.requests / 1e6 * prices.per_million_requests,
        "traffic": use.bytes_out / GB * prices.per_gb_out,
        "cdn": use.cdn_bytes / GB * prices.per_gb_cdn,
        "storage": prices.stored_gb * prices.per_gb_stored * months,
        "instances": instances * prices.per_instance_month * months,
        "ai": use.ai_requests * costs.ai.tokens_per_request / 1e6 * costs.ai.per_million_tokens,
        "purchases": use.purchases * costs.tokens.per_purchase,
        "earnings": use.earned / 1000 * costs.tokens.per_thousand_earned,
    }
    return Cost(parts, use.users)


def per_month(cost: Cost, seconds: float) -> float | None:
    """What a month costs that goes on like this; None where too little was measured (seconds) to tell."""
    return cost.total * MONTH / seconds if seconds >= YOUNGEST else None


def total(of: Mapping[str, Cost], users: float) -> Cost:
    """All regions together. users: distinct ones of all regions: somebody who was in two is one."""
    parts: dict[str, float] = {}
    for each in of.values():
        for name, amount in each.parts.items():
            parts[name] = parts.get(name, 0.0) + amount
    return Cost(parts, users)


def assumptions(costs: Costs) -> list[str]:
    """What of the result is not measured, where it matters."""
    found = []
    if costs.ai.per_million_tokens:
        found.append(f"{costs.ai.tokens_per_request:g} tokens an AI request")
    stored = sum(each.stored_gb for each in costs.regions.values() if each.per_gb_stored)
    if stored:
        found.append(f"{stored:g} GB stored")
    fixed = [each for each in costs.regions.values() if each.per_instance_month]
    if any(each.instances is not None for each in fixed):
        found.append(f"{sum(each.instances or 0 for each in fixed)} instances")
    return found


def sentence(costs: Costs, cost: Cost, span: str, seconds: float = YOUNGEST) -> str:
    """What it comes to, what of it is measured and what is assumed. seconds: that were measured."""
    if not any(_priced(each) for each in costs.regions.values()) and not cost.total:
        return "No prices are configured, so nothing costs anything; put yours into `costs`."
    money = f"{costs.currency} {cost.total:,.2f} in {span}"
    each = f", {costs.currency} {cost.per_user:.4f} for each active user" if cost.per_user is not None else ""
    assumed = ", ".join(["prices", *assumptions(costs)])
    known = "requests, bytes, AI requests, purchases, earnings, instances of the inventory"
    if seconds < YOUNGEST:
        young = f"Only {duration(round(seconds))} of it were measured: too young to extrapolate to a month"
        return f"{money}{each}. {young}. Measured: {known}. Assumed: {assumed}."
    return f"{money}{each}. Measured: {known}. Assumed: {assumed}."


def _priced(prices: Prices) -> bool:
    return any(
        (
            prices.per_million_requests,
            prices.per_gb_out,
            prices.per_gb_cdn,
            prices.per_gb_stored,
            prices.per_instance_month,
        )
    )
