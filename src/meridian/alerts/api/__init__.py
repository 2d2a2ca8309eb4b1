"""The routes of alerts: incidents, silences, rules and runbooks; channels and deliveries are in `deliveries.api`."""

from fastapi import APIRouter

from meridian.alerts.api import incidents, rules, silences
from meridian.alerts.deliveries import api as deliveries
from meridian.alerts.watched import show
from meridian.feature import Control


def router(control: Control) -> APIRouter:
    routes = APIRouter(tags=["alerts"])
    show(control)
    for part in (incidents, silences, rules):
        routes.include_router(part.router(control), prefix="/infrastructure")
    routes.include_router(deliveries.router(control))
    return routes
