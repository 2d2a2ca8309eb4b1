"""Sends this process's metrics to an OpenTelemetry collector, when the configuration names one.

Counters are cumulative: what a collector missed is in the next message, so nothing is kept for it.
"""

import asyncio
import gzip
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from meridian.core.errors import MeridianError
from meridian.feature import Control
from meridian.telemetry.exposition.latest import families
from meridian.telemetry.exposition.otlp import MEDIA_TYPE, message
from meridian.telemetry.exposition.settings import Otlp
from meridian.telemetry.exposition.totals import totals_of
from meridian.telemetry.settings import Telemetry

log = logging.getLogger(__name__)
LOOK = 5.0
"""Seconds between two looks whether a collector is configured."""
DEADLINE = 10.0


@dataclass(slots=True)
class Sending:
    """trouble: why the last message did not arrive, or empty."""

    control: Control
    instance: str
    trouble: str = ""

    async def run(self) -> None:
        """Until cancelled."""
        async with httpx.AsyncClient(timeout=DEADLINE, follow_redirects=False) as client:
            while True:
                settings = self._settings()
                if settings is not None:
                    self._say(await self.send(client, settings))
                await asyncio.sleep(settings.every if settings else LOOK)

    async def send(self, client: httpx.AsyncClient, settings: Otlp) -> str:
        """What went wrong, for a person, or nothing."""
        now = self.control.clock.now().timestamp()
        about = {"service.name": "meridian-control", "service.instance.id": self.instance}
        body = gzip.compress(message(families(self.control), about, totals_of(self.control).started, now), 1)
        headers, missing = given(settings.headers, os.environ)
        if missing:
            return f"the environment variable {missing} for a header is not set"
        try:
            answer = await client.post(
                settings.endpoint,
                content=body,
                headers={**headers, "content-type": MEDIA_TYPE, "content-encoding": "gzip"},
            )
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return f"it does not answer: {type(error).__name__}"
        return "" if answer.is_success else f"it answers {answer.status_code}"

    def _settings(self) -> Otlp | None:
        try:
            return self.control.config().section(Telemetry).otlp
        except (MeridianError, LookupError):
            return None

    def _say(self, trouble: str) -> None:
        if trouble and trouble != self.trouble:
            log.warning("the OpenTelemetry collector gets no metrics: %s", trouble)
        if self.trouble and not trouble:
            log.info("the OpenTelemetry collector gets metrics again")
        self.trouble = trouble


def given(headers: Mapping[str, str], environment: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The headers with their values, and the name of a variable that is not set."""
    missing = next((name for name in headers.values() if name not in environment), "")
    return {header: environment.get(name, "") for header, name in headers.items()}, missing
