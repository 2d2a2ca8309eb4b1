"""Taking the traffic of a region or a location away, and giving it back, for operators."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from meridian.config.schema.base import Duration
from meridian.core.body import RequestBody
from meridian.core.principal import Principal, Role
from meridian.feature import Control
from meridian.regions.api.fields import NamePath, Reason
from meridian.regions.drain.store import Drains
from meridian.regions.operations import Drained, drain, undrain


class DrainIn(RequestBody):
    """over: how long it takes, as 60s. force: also where the others cannot carry it; requests that residency then lets go
    nowhere get 503."""

    reason: Reason
    over: Duration = 60.0
    force: bool = False


class UndrainIn(RequestBody):
    reason: Reason


class DrainedOut(BaseModel):
    """locations: those it is about. objections: what was found to be lost, and overridden by force. unknown: what could not be
    checked. carriers: location that takes over -> requests per second that it will serve, as far as known."""

    decision: str
    sentence: str
    locations: list[str]
    objections: list[str]
    unknown: list[str]
    carriers: dict[str, float]

    @classmethod
    def of(cls, done: Drained) -> "DrainedOut":
        return cls(
            decision=done.decision.id,
            sentence=done.decision.sentence,
            locations=list(done.locations),
            objections=list(done.verdict.objections),
            unknown=list(done.verdict.unknown),
            carriers=dict(done.verdict.carriers or {}),
        )


class DrainOut(BaseModel):
    """share: of the location's traffic that is taken away now; to: where that is going, over `over` seconds from started_at."""

    location: str
    share: float
    to: float
    over: float
    started_at: datetime
    reason: str
    author: str


class DrainsOut(BaseModel):
    """By location."""

    drains: list[DrainOut]


def router(control: Control) -> APIRouter:
    routes = APIRouter(tags=["drains"])
    ops = [Depends(control.requires(Role.OPS))]
    admin = control.requires(Role.ADMIN)

    @routes.get("/drains", dependencies=ops)
    async def drains() -> DrainsOut:
        """Everything that is drained, being drained, or being returned."""
        now = control.clock.now()
        return DrainsOut(
            drains=[
                DrainOut(
                    location=each.location,
                    share=each.share(now),
                    to=each.to_share,
                    over=each.over,
                    started_at=each.started_at,
                    reason=each.reason,
                    author=each.author,
                )
                for each in await Drains(control.database).all()
            ]
        )

    @routes.post("/regions/{name}/drain")
    async def begin(
        name: NamePath, body: DrainIn, operator: Annotated[Principal, Depends(admin)]
    ) -> DrainedOut:
        """Takes away the traffic of a location, or of all locations of a region. Refused where the others cannot carry it."""
        return DrainedOut.of(
            await drain(control, name, body.over, operator.name, body.reason, force=body.force)
        )

    @routes.post("/regions/{name}/undrain")
    async def end(
        name: NamePath, body: UndrainIn, operator: Annotated[Principal, Depends(admin)]
    ) -> DrainedOut:
        """Gives the traffic back, gradually."""
        return DrainedOut.of(await undrain(control, name, operator.name, body.reason))

    return routes
