"""Everything that the dashboard shows first, in one answer."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from meridian.core.principal import Role
from meridian.feature import Control
from meridian.telemetry.api.answers import LiveOut, PanelOut, Status
from meridian.telemetry.operations import get_ops_dashboard


class Flow(BaseModel):
    """Where a country's traffic goes. rps: requests per second, in the last minute. The shares are from 0 to 1."""

    country: str
    region: str
    location: str
    rps: float
    failed_share: float
    refused_share: float


class LocationOut(BaseModel):
    """region: of which it is one. home: whether it is that region's home location. null: nothing was measured."""

    name: str
    place: str
    latitude: float
    longitude: float
    region: str
    home: bool
    status: Status
    rps: float | None
    p95: float | None
    error_rate: float | None


class Country(BaseModel):
    region: str
    market: str | None


class Map(BaseModel):
    """countries: by ISO 3166-1 code."""

    locations: list[LocationOut]
    countries: dict[str, Country]


class DashboardOut(BaseModel):
    """incidents: the open ones. decisions: the newest first, at most 50."""

    at: datetime
    app: str
    live: LiveOut
    flows: list[Flow]
    map: Map
    incidents: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    panels: list[PanelOut]


def router(control: Control) -> APIRouter:
    routes = APIRouter()

    @routes.get("/dashboard", dependencies=[Depends(control.requires(Role.OPS))])
    async def dashboard() -> DashboardOut:
        """What the dashboard shows first; the stream goes on from there."""
        return DashboardOut.model_validate(await get_ops_dashboard(control))

    return routes
