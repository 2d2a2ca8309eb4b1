"""Brings records to control, the oldest first, one batch at a time; while control is away they wait on disk."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from meridian.envoy.agent.tail.spool import Spool

log = logging.getLogger(__name__)
LONGEST_PAUSE = 10.0


@dataclass(frozen=True, slots=True)
class Taken:
    """What control did with a batch. refused: how many of its records it will never take. reason: why, for a person."""

    refused: int = 0
    reason: str = ""


Send = Callable[[bytes], Awaitable[Taken | None]]
"""Sends a packed batch. None: control will never take it as a whole. Raises OSError or ValueError when it did not get
through and should be tried again."""


@dataclass(slots=True)
class Shipping:
    """fresh: set when there may be something to ship."""

    spool: Spool
    send: Send
    fresh: asyncio.Event

    async def always(self) -> None:
        """Until cancelled."""
        pause = 0.0
        while True:
            self.fresh.clear()
            if await self.ship():
                pause = 0.0
                await self.fresh.wait()
                continue
            pause = min(LONGEST_PAUSE, max(0.5, pause * 2))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries, hides nothing

    async def ship(self) -> bool:
        """Sends all that waits; False when control did not take it now."""
        while (batch := self.spool.oldest()) is not None:
            try:
                body = await asyncio.to_thread(batch.path.read_bytes)
            except FileNotFoundError:
                self.spool.done(batch, given_up=batch.records)
                continue
            except OSError as error:
                log.warning("records cannot be read: %s", error)
                return False
            try:
                taken = await self.send(body)
            except (OSError, ValueError) as error:
                log.debug("records stay here: %s", error)
                return False
            refused = batch.records if taken is None else taken.refused
            if refused:
                why = taken.reason if taken else "it cannot read them"
                log.warning("control does not take %d records: %s", refused, why)
            self.spool.done(batch, given_up=refused)
        return True
