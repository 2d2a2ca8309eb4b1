"""Tells control what the sample app does, beside serving: a task looks each second at what was counted anyway, so that the path
of a request is as short as without."""

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from meridian.world.app_protocol import App
from meridian.world.business import Business
from meridian.world.files import write_text

if TYPE_CHECKING:
    from meridian.telemetry.client import AsyncEventsClient

log = logging.getLogger(__name__)
EVERY = 1.0
GOODBYE = 0.3
"""Seconds for what still waits at the end: the supervisor does not wait long."""


@dataclass(frozen=True, slots=True)
class Telling:
    """control: its URL. token_file: holds a token of the role `app`. under_way: where is kept what a restart must not forget."""

    control: str
    token_file: Path
    under_way: Path | None = None

    async def run(self, app: App) -> None:
        """Until cancelled. Nothing that fails here may end the app."""
        try:
            client = await asyncio.to_thread(self._client)
            sending = asyncio.create_task(client.run(), name="events")
            try:
                await self._tell(app, client)
            finally:
                sending.cancel()
                await client.aclose(GOODBYE)
        except Exception as error:  # noqa: BLE001 - an app goes on serving without its events
            log.warning("%s tells no events any more: %r", app.location, error)

    def _client(self) -> "AsyncEventsClient":
        """Imported here, beside serving: the web client and the schema take longer to load than the whole app."""
        from meridian.telemetry.client import AsyncEventsClient

        return AsyncEventsClient(self.control, self.token_file.read_text().strip())

    async def _tell(self, app: App, client: "AsyncEventsClient") -> None:
        business = Business(app.region)
        self._resume(business)
        before = app.served.totals.copy()
        while True:
            await asyncio.sleep(EVERY)
            now = app.served.totals.copy()
            events = business.step(
                {key: n - before[key] for key, n in now.items() if n > before[key]}, _now()
            )
            before = now
            for event in events:
                client.send(**event)
            client.wake()
            app.told = asdict(client.told())
            if events:
                self._keep(business)

    def _resume(self, business: Business) -> None:
        if self.under_way is not None:
            with suppress(OSError, ValueError, TypeError, KeyError):
                business.resume(json.loads(self.under_way.read_text()))

    def _keep(self, business: Business) -> None:
        if self.under_way is not None:
            with suppress(OSError):
                write_text(self.under_way, json.dumps(business.to_json()))


def _now() -> datetime:
    return datetime.now(UTC)
