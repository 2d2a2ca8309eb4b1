"""The route by which an app's servers tell what happened."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from meridian.core.principal import Role
from meridian.feature import Control
from meridian.telemetry.events.batch import Batch
from meridian.telemetry.events.receiving import INSTANCE, Receiving
from meridian.telemetry.exposition.totals import totals_of
from meridian.telemetry.history.history import history_of
from meridian.telemetry.live.ring import live_of
from meridian.telemetry.windows import Windows


class RefusedOut(BaseModel):
    """index: of the event in its batch, from 0."""

    index: int
    reason: Annotated[str, Field(examples=["amount: this is missing; add it"])]


class ReceivedOut(BaseModel):
    """accepted: how many are new. duplicates: how many were taken before, or stand twice in the batch. refused: those that
    will never be taken as they are."""

    accepted: int
    duplicates: int
    refused: list[RefusedOut]


def router(control: Control) -> APIRouter:
    routes = APIRouter(tags=["events"])

    @routes.post("/infrastructure/events", dependencies=[Depends(control.requires(Role.APP, Role.ADMIN))])
    async def events(body: Batch) -> ReceivedOut:
        """Takes business events of the app, each once, however often it is sent."""
        receiving = control.shared(Receiving, lambda: made(control))
        found = await receiving.receive(body.each(), control.config().regions)
        return ReceivedOut(
            accepted=found.accepted,
            duplicates=found.duplicates,
            refused=[RefusedOut(index=each.index, reason=each.reason) for each in found.refused],
        )

    return routes


def made(control: Control) -> Receiving:
    def show(windows: Windows) -> None:
        live_of(control).add("", INSTANCE, windows)
        totals_of(control).add(windows)

    return Receiving(control.database, control.clock, history_of(control), show)
