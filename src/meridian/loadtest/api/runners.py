"""What runners tell: how it goes, each second, and at the end the record."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field

from meridian.core.body import RequestBody
from meridian.core.errors import InvalidInput
from meridian.core.principal import Principal, Role
from meridian.feature import Control
from meridian.loadtest.api.fields import JSON_OBJECT, TEXT, Changed, WholeIdPath
from meridian.loadtest.operations import keep_comparison
from meridian.loadtest.receiving import take_event, take_part, take_progress
from meridian.loadtest.runs import Facts, Told

LARGEST_LIVE = 512 * 1024
"""Bytes of one shard's live summary."""
Word = Annotated[str, Field(max_length=200, pattern=TEXT)]


class FactsIn(RequestBody):
    """What the run is; all of its shards tell the same. began: when it sends. rate: asked for, at its highest; null in a closed
    model."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=TEXT)]
    title: Word
    kind: Word
    target: Word
    began: Annotated[datetime, Field(strict=False)]
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    scale: Annotated[float, Field(gt=0)]
    seconds: Annotated[float, Field(gt=0)]
    rate: Annotated[float | None, Field(ge=0)] = None
    shards: Annotated[int, Field(ge=1, le=1000)] = 1
    processes: Annotated[int, Field(ge=1, le=1000)] = 1
    http: Literal[1, 2] = 1


class ProgressIn(RequestBody):
    """shard: counted from 0. rate, p95 (ms), errors (0 to 1): so far. live: the rest, in the shape of a Summary."""

    facts: FactsIn
    shard: Annotated[int, Field(ge=0, lt=1000)] = 0
    sentence: Annotated[str, Field(max_length=300, pattern=TEXT)] = ""
    rate: Annotated[float | None, Field(ge=0)] = None
    p95: Annotated[float | None, Field(ge=0)] = None
    errors: Annotated[float | None, Field(ge=0, le=1)] = None
    live: Annotated[dict[str, Any], Field(default_factory=dict)]


class ProgressOut(BaseModel):
    """stop: why the run is to stop; empty: it is not."""

    stop: str


class PartOut(BaseModel):
    """missing: shards whose part is not there yet, from 0. state and sentence: of the whole run, once none is missing."""

    missing: list[int]
    state: str
    sentence: str


class EventIn(RequestBody):
    """Something that the runner did to the target on purpose. at: seconds after the start."""

    at: Annotated[float, Field(ge=0, le=1e7)]
    what: Word
    sentence: Annotated[str, Field(max_length=500, pattern=TEXT)]


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object", "description": "A part, compressed with gzip."}}
        },
    }
}


def router(control: Control) -> APIRouter:
    routes = APIRouter(prefix="/load-tests")
    admin = control.requires(Role.ADMIN)

    @routes.put("/{id}/progress")
    async def progress(
        id: WholeIdPath, body: ProgressIn, runner: Annotated[Principal, Depends(admin)]
    ) -> ProgressOut:
        """Tells how a run goes; begins one that is not known yet. The answer says whether it is to stop."""
        if body.shard >= body.facts.shards:
            raise InvalidInput(
                f"a run of {body.facts.shards} shards has no shard {body.shard}", "count from 0"
            )
        if len(json.dumps(body.live)) > LARGEST_LIVE:
            raise InvalidInput(f"`live` is larger than {LARGEST_LIVE} bytes", "tell fewer points")
        told = Told(
            Facts(**body.facts.model_dump()),
            body.shard,
            body.sentence,
            body.rate,
            body.p95,
            body.errors,
            body.live,
        )
        return ProgressOut(stop=await take_progress(control, id, told, runner.name))

    @routes.put("/{id}/before", openapi_extra=_BODY, responses={200: JSON_OBJECT}, response_model=None)
    async def before(
        id: WholeIdPath, request: Request, runner: Annotated[Principal, Depends(admin)]
    ) -> dict[str, Any]:
        """Compares a run that ended with the earlier one whose record this is, and keeps the answer with its results."""
        return await keep_comparison(control, id, await request.body())

    @routes.post("/{id}/events", status_code=201)
    async def event(id: WholeIdPath, body: EventIn, runner: Annotated[Principal, Depends(admin)]) -> Changed:
        """Journals what a runner did to the target on purpose, such as killing a location."""
        decision = await take_event(control, id, body.what, body.at, body.sentence, runner.name)
        return Changed(decision=decision.id, sentence=decision.sentence)

    @routes.put("/{id}/parts/{shard}", openapi_extra=_BODY)
    async def part(
        id: WholeIdPath,
        shard: Annotated[int, Path(ge=0, lt=1000)],
        request: Request,
        runner: Annotated[Principal, Depends(admin)],
    ) -> PartOut:
        """Takes one shard's part of the record. When the last one is there, they are merged and judged."""
        found = await take_part(control, id, shard, await request.body(), runner.name)
        return PartOut(missing=list(found.missing), state=found.state, sentence=found.sentence)

    return routes
