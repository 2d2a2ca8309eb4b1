"""The routes of routing: for the app's clients (`clients`), and for operators (`users`, `drains`, `explaining`)."""

from fastapi import APIRouter

from meridian.feature import Control
from meridian.regions.api import clients, drains, explaining, measuring, users


def router(control: Control) -> APIRouter:
    routes = APIRouter(prefix="/infrastructure")
    for part in (clients, measuring, explaining, users, drains):
        routes.include_router(part.router(control))
    return routes
