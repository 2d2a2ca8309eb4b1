"""Who a token is of: what a page asks first, to offer only what its reader may do."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from meridian.core.principal import Principal, Role

if TYPE_CHECKING:
    from meridian.api.control import ControlPlane


class Whoami(BaseModel):
    """region: of an edge's token, else empty."""

    name: str
    role: Role
    region: str


def router(control: "ControlPlane") -> APIRouter:
    routes = APIRouter(tags=["tokens"])
    anyone = control.requires(Role.OPS, Role.EDGE, Role.APP)

    @routes.get("/infrastructure/whoami")
    async def whoami(principal: Annotated[Principal, Depends(anyone)]) -> Whoami:
        """Whose token this is, and what it may do."""
        return Whoami(name=principal.name, role=principal.role, region=principal.region)

    return routes
