"""Where edges bring what they made of their logs."""

import asyncio
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel

from meridian.api.receiving import Receiving, unpacked
from meridian.api.routes.edge import RegionName, of_region
from meridian.core.principal import Principal

if TYPE_CHECKING:
    from meridian.api.control import ControlPlane


class RefusedRecord(BaseModel):
    id: str
    reason: str


class RecordsTaken(BaseModel):
    """stored: how many were new. known: how many had been stored before. refused: those that will never be taken; an edge need
    not send them again either."""

    stored: int
    known: int
    refused: list[RefusedRecord]


_BODY = {
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["instance", "records"],
                "properties": {
                    "instance": {"type": "string", "description": "Name of the edge."},
                    "records": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["id", "feature", "content"],
                            "properties": {
                                "id": {
                                    "type": "string",
                                    "format": "uuid",
                                    "description": "A UUID version 7.",
                                },
                                "feature": {"type": "string"},
                                "content": {},
                            },
                        },
                    },
                },
            }
        }
    },
    "required": True,
}


def router(control: "ControlPlane") -> APIRouter:
    routes = APIRouter()
    edge = of_region(control)
    receiving = Receiving(control, control.features, control.clock)

    @routes.post("/edge/v1/{region}/records", tags=["edge"], openapi_extra={"requestBody": _BODY})
    async def records(
        request: Request,
        region: RegionName,
        _: Annotated[Principal, Depends(edge)],
        content_encoding: Annotated[str, Header(max_length=20)] = "",
    ) -> RecordsTaken:
        """Records that features' folds made of an edge's logs, as JSON or gzip of it. Each is stored once, however often it is
        sent. 503: send the batch again later."""
        body = await request.body()
        batch = await asyncio.to_thread(unpacked, body, content_encoding.lower() == "gzip")
        done = await receiving.receive(region, batch)
        refused = [RefusedRecord(id=each.id, reason=each.reason) for each in done.refused]
        return RecordsTaken(stored=done.stored, known=done.known, refused=refused)

    return routes
