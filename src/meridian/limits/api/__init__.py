"""The routes of limits, for operators: what they are (`reading`), how they are used (`traffic.api`), rates of single users
(`overrides`), and acting (`acting`)."""

from fastapi import APIRouter

from meridian.feature import Control
from meridian.limits.api import acting, overrides, reading
from meridian.limits.traffic import api as using


def router(control: Control) -> APIRouter:
    routes = APIRouter(tags=["limits"])
    for part in (reading, using, overrides, acting):
        routes.include_router(part.router(control), prefix="/infrastructure/limits")
    return routes
