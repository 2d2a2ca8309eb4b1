"""How limits are used, and who is refused most: for operators."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from meridian.core.names import known_name
from meridian.core.principal import Role
from meridian.feature import Control
from meridian.limits.applies import section
from meridian.limits.traffic.store import HOUR, Traffic
from meridian.limits.traffic.usage import Share, Usage, usage


class ShareOut(BaseModel):
    """name: the country or the tier; empty where it is not known. refused: of the requests."""

    name: str
    requests: int
    refused: int


class LimitUsage(BaseModel):
    """requests: those that met the limit. refused: those that it refused; for a shadow, those that it would have. failed_open,
    failed_closed: of an exact limit, those let through and refused while its counters did not answer. key: for whom it
    counts; empty for a shield, and for a limit that is not configured any more."""

    name: str
    key: str
    scope: str
    shadow: bool
    requests: int
    refused: int
    failed_open: int
    failed_closed: int
    countries: list[ShareOut]
    tiers: list[ShareOut]


class TopOut(BaseModel):
    """who: the user, or the client's address. refused: at least so often. beyond: and at most so often more."""

    limit: str
    who: str
    refused: int
    beyond: int


class UsageOut(BaseModel):
    """Of the last `minutes`, up to about 12 seconds ago."""

    minutes: int
    limits: list[LimitUsage]
    top: list[TopOut]


def router(control: Control) -> APIRouter:
    routes = APIRouter(dependencies=[Depends(control.requires(Role.OPS))])

    @routes.get("/usage")
    async def used(
        minutes: Annotated[int, Query(ge=1, le=60, description="How far back.")] = 5,
        limit: Annotated[str, Query(max_length=63, description="Only this one. Left out: all.")] = "",
        most: Annotated[int, Query(ge=0, le=50, description="Of those who are refused most.")] = 10,
    ) -> UsageOut:
        """Requests and refusals of each limit, by country and tier, and who is refused most."""
        limits = section(control.config())
        traffic = Traffic(control.database)
        now = control.clock.now()
        since = now - min(HOUR, timedelta(minutes=minutes))
        await traffic.forget(now)
        found = usage(
            limits, await traffic.counts(since), await traffic.shadow(since), await traffic.exact(since)
        )
        if limit:
            known_name(limit, [each.name for each in found], "limit")
            found = [each for each in found if each.name == limit]
        top = await traffic.top(since, limit, most) if most else []
        return UsageOut(
            minutes=minutes,
            limits=[_out(each) for each in found],
            top=[
                TopOut(limit=row["policy"], who=row["who"], refused=row["n"], beyond=row["more"])
                for row in top
            ],
        )

    return routes


def _out(one: Usage) -> LimitUsage:
    return LimitUsage(
        name=one.name,
        key=one.key,
        scope=one.scope,
        shadow=one.shadow,
        requests=one.total.requests,
        refused=one.total.refused,
        failed_open=one.failed_open,
        failed_closed=one.failed_closed,
        countries=_shares(one.countries),
        tiers=_shares(one.tiers),
    )


def _shares(shares: Mapping[str, Share]) -> list[ShareOut]:
    """The most refused first, then the most used."""
    ordered = sorted(shares.items(), key=lambda each: (-each[1].refused, -each[1].requests, each[0]))
    return [ShareOut(name=name, requests=each.requests, refused=each.refused) for name, each in ordered]
