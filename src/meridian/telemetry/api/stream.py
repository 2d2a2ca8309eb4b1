"""The stream of live numbers, decisions and incidents, as server-sent events."""

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from starlette.responses import Response

from meridian.core.errors import MeridianError
from meridian.core.principal import Role
from meridian.feature import Control
from meridian.telemetry.stream.following import missed
from meridian.telemetry.stream.hub import Reader, hub_of
from meridian.telemetry.stream.making import begin
from meridian.telemetry.stream.response import EventStream
from meridian.telemetry.stream.wire import event

GREETING = b"retry: 1000\n\n"


def router(control: Control) -> APIRouter:
    routes = APIRouter()

    @routes.get(
        "/stream",
        dependencies=[Depends(control.requires(Role.OPS))],
        response_class=Response,
        responses={
            200: {"content": {"text/event-stream": {}}, "description": "Events, until the client leaves."}
        },
    )
    async def stream(
        last_event_id: Annotated[
            str, Header(max_length=64, description="Decisions after this one come first.")
        ] = "",
    ) -> Response:
        """Server-sent events: `live` each second, `decision` and `incident` as they come. A reader that is too slow is
        dropped; connect again with `Last-Event-ID`."""
        hub = hub_of(control)
        reader = hub.join(partial(begin, control))
        return EventStream(_events(control, reader, last_event_id), partial(hub.leave, reader))

    return routes


async def _events(control: Control, reader: Reader, last: str) -> AsyncIterator[bytes]:
    yield GREETING
    with suppress(MeridianError):
        for each in await missed(control, last) if last else ():
            yield event("decision", each, each["id"])
    async for data in reader.events():
        yield data
