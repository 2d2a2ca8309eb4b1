"""Its routes on control."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from meridian.core.principal import Principal, Role
from meridian.feature import Control
from tests.sample_feature.policy import Greeting, spoken


class Said(BaseModel):
    """What an edge says."""

    text: str


def routes(control: Control) -> APIRouter:
    router = APIRouter(prefix="/infrastructure/greeting", tags=["greeting"])

    @router.get("/{region}")
    async def greeting(region: str, _: Annotated[Principal, Depends(control.requires(Role.OPS))]) -> Said:
        """What the edge of a region says."""
        return Said(
            text=spoken(control.config().section(Greeting), region, int(control.state("greeting") or 0))
        )

    return router
