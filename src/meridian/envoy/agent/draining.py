"""Lets the requests that an Envoy has in flight finish, while it asks for no new ones."""

import asyncio
import contextlib
import time

from meridian.envoy.agent.admin import SILENT, Admin

QUIET = 0.5
"""Seconds without a request after which nobody is expected any more."""


async def drain(admin: Admin, seconds: float) -> None:
    """Until nothing has been in flight for a while, or the time is up."""
    end = time.monotonic() + seconds
    quiet_since = time.monotonic()
    before = -1
    with contextlib.suppress(*SILENT):
        await admin.drain()
        while time.monotonic() < end:
            requests = await admin.requests()
            if requests.active or requests.total != before:
                quiet_since, before = time.monotonic(), requests.total
            elif time.monotonic() - quiet_since >= QUIET:
                return
            await asyncio.sleep(0.05)


async def begin_drain(admin: Admin) -> None:
    """Asks for it, says nothing when nobody answers, and closes `admin`."""
    with contextlib.suppress(*SILENT):
        await admin.drain()
    await admin.close()
