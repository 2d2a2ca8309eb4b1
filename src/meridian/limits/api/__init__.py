"""The routes of limits, for operators: what they are (`reading`), rates of single users (`overrides`), and acting (`acting`)."""

from fastapi import APIRouter

from meridian.feature import Control
from meridian.limits.api import acting, overrides, reading


def router(control: Control) -> APIRouter:
    routes = APIRouter(tags=["limits"])
    for part in (reading, overrides, acting):
        routes.include_router(part.router(control), prefix="/infrastructure/limits")
    return routes
