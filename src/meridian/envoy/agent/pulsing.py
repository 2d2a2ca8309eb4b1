"""Each second the agent tells control what is happening right now: what does not get through is not sent again.

A pulse leaves a little after a second is over, when Envoy has written what ended in it, so that one pulse has all of it.
"""

import asyncio
import logging
from dataclasses import dataclass, field

import msgspec

from meridian.envoy.agent.numbers import Numbers
from meridian.envoy.agent.parts import Parts

log = logging.getLogger(__name__)
EVERY = 1.0
AFTER = 0.3
"""Seconds into each second: Envoy writes its log every 0.2 s (`launch.FLUSH`)."""


@dataclass(slots=True)
class Pulsing:
    parts: Parts
    numbers: Numbers
    _encoder: msgspec.json.Encoder = field(default_factory=msgspec.json.Encoder)

    async def always(self) -> None:
        """Until cancelled. Whatever happens here, the edge goes on."""
        while True:
            await asyncio.sleep(self._pause())
            try:
                await self.pulse()
            except Exception as error:  # noqa: BLE001 - as said
                log.debug("no pulse this time: %r", error)

    async def pulse(self) -> None:
        """Once. Raises OSError or ValueError when it did not get through."""
        parts = self.parts
        current = parts.supervisor.current
        own = parts.tail.counters()
        await self.numbers.look(parts.supervisor.admin(), current.pid if current else 0, own)
        now = parts.clock.now()
        pulses = parts.tail.pulses(now)
        if pulses:
            body = {"instance": parts.instance, "at": round(now.timestamp(), 3), "pulses": pulses}
            await parts.link.live(self._encoder.encode(body))

    def _pause(self) -> float:
        return EVERY - (self.parts.clock.now().timestamp() - AFTER) % EVERY
