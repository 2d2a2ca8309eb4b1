"""The routes of load tests: reading runs, starting and ending them, and what runners tell."""

from fastapi import APIRouter

from meridian.feature import Control
from meridian.loadtest.api import acting, reading, runners


def router(control: Control) -> APIRouter:
    routes = APIRouter(tags=["load tests"])
    for part in (acting, reading, runners):
        routes.include_router(part.router(control), prefix="/infrastructure")
    return routes
