"""An answer that goes on: it ends when its reader does, when the client leaves, and when the client takes nothing any more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

STUCK = 20.0
"""Seconds that one event may wait for a client that takes nothing."""
HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
)


class EventStream(Response):
    """events: what is sent, as it comes. left: called once at the end, however it comes about."""

    def __init__(self, events: AsyncIterator[bytes], left: Callable[[], Awaitable[None]]) -> None:
        super().__init__(status_code=200, media_type="text/event-stream")
        self._events = events
        self._left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.ensure_future(self._send(send))
        leaving = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            await self._left()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
        async for data in self._events:
            try:
                async with asyncio.timeout(STUCK):
                    await send(_body(data, more=True))
            except (TimeoutError, OSError):
                return
        await send(_body(b"", more=False))


async def _gone(receive: Receive) -> None:
    """Until the client leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(data: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}
