"""The route that says what the traffic costs."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from meridian.core.principal import Role
from meridian.costs.check import section
from meridian.costs.model import Cost, assumptions, cost, per_month, sentence, total
from meridian.costs.use import measured, people, uses
from meridian.feature import Control
from meridian.telemetry.history.history import history_of

Span = Literal["1h", "24h", "7d", "30d"]
SPANS: dict[Span, timedelta] = {
    "1h": timedelta(hours=1),
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}


class RegionOut(BaseModel):
    """per_user: for each user who was active, null where nobody was. users: how many were. parts: what it is made of."""

    region: str
    total: float
    per_user: float | None
    users: int
    parts: dict[str, float]


class CostsOut(BaseModel):
    """Amounts in `currency`. per_month: what a month costs that goes on like this; null: less than an hour was measured.
    measured_since: null: nothing was. parts: of all regions. assumed: what of it
    is not measured."""

    currency: str
    range: Span
    since: datetime
    until: datetime
    total: float
    per_user: float | None
    measured_since: datetime | None
    per_month: float | None
    users: int
    parts: dict[str, float]
    regions: list[RegionOut]
    assumed: list[str]
    sentence: str


def router(control: Control) -> APIRouter:
    routes = APIRouter(tags=["costs"], dependencies=[Depends(control.requires(Role.OPS))])

    @routes.get("/infrastructure/costs")
    async def costs(
        range: Annotated[Span, Query(description="How far back, up to now.")] = "24h",
    ) -> CostsOut:
        """What the traffic of a span of time costs by region and by user, at the configured prices."""
        config, until = control.config(), control.clock.now()
        prices, since = section(config), until - SPANS[range]
        found = await measured(history_of(control), since, until)
        seconds = (until - found.since).total_seconds() if found.since else 0.0
        each = {
            region: cost(prices, region, use, seconds)
            for region, use in uses(prices, config, control.inventory(), found).items()
        }
        whole = total(each, people(found.people))
        return CostsOut(
            currency=prices.currency,
            range=range,
            since=since,
            until=until,
            total=_money(whole.total),
            per_user=_per_user(whole),
            measured_since=found.since,
            per_month=None if (month := per_month(whole, seconds)) is None else _money(month),
            users=round(whole.users),
            parts=_parts(whole),
            regions=[
                RegionOut(
                    region=region,
                    total=_money(one.total),
                    per_user=_per_user(one),
                    users=round(one.users),
                    parts=_parts(one),
                )
                for region, one in each.items()
            ],
            assumed=assumptions(prices),
            sentence=sentence(prices, whole, range, seconds),
        )

    return routes


def _money(amount: float) -> float:
    """To a millionth: a request costs less than a cent."""
    return round(amount, 6)


def _per_user(one: Cost) -> float | None:
    return None if one.per_user is None else _money(one.per_user)


def _parts(one: Cost) -> dict[str, float]:
    return {name: _money(amount) for name, amount in one.parts.items()}
