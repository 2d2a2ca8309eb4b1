"""The routes of telemetry's reading half: live metrics and history (`metrics`), the dashboard, and the stream."""

from fastapi import APIRouter

from meridian.feature import Control
from meridian.telemetry.api import dashboard, metrics, stream


def router(control: Control) -> APIRouter:
    routes = APIRouter(tags=["metrics"])
    for part in (metrics, dashboard, stream):
        routes.include_router(part.router(control), prefix="/infrastructure")
    return routes
