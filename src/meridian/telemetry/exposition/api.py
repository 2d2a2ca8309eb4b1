"""GET /metrics."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, Response

from meridian.core.principal import Role
from meridian.telemetry.exposition.latest import families
from meridian.telemetry.exposition.prometheus import MEDIA_TYPE, text

if TYPE_CHECKING:
    from meridian.feature import Control


def router(control: "Control") -> APIRouter:
    routes = APIRouter(tags=["metrics"])

    @routes.get(
        "/metrics",
        dependencies=[Depends(control.requires(Role.OPS))],
        response_class=Response,
        responses={200: {"description": "Prometheus's text format.", "content": {"text/plain": {}}}},
    )
    async def metrics() -> Response:
        """Everything that this process of control knows, for Prometheus. Counters begin at zero with the process."""
        return Response(text(families(control)), headers={"content-type": MEDIA_TYPE})

    return routes
