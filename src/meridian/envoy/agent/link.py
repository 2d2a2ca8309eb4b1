"""The edge's side of its talk with control: snapshots come in by long poll, reports go out.

`GET  {control}/edge/v1/{region}/snapshot?wait=25`, If-None-Match: 200 with a snapshot's bytes and its ETag,
or 304. `POST {control}/edge/v1/{region}/report`: answered with `{"acknowledged": [ids of decisions], "advice": {feature: {}}}`.
`POST {control}/edge/v1/{region}/live`: each second, what happens right now.
`POST {control}/edge/v1/{region}/records`, gzip: answered with `{"stored": n, "known": n, "refused": [...]}`.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from meridian.envoy.agent.tail.shipping import Taken
from meridian.envoy.report import EdgeReport
from meridian.envoy.snapshot import Snapshot

log = logging.getLogger(__name__)
WAIT = 25
"""Seconds that control may hold a poll."""
LIVE = 0.9
"""Seconds that a pulse has; then it is old."""
LONGEST_PAUSE = 2.0
LARGEST = 256_000_000
"""Bytes of a snapshot that are accepted."""
_UNREADABLE = (400, 413, 422)
_AWAY = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(frozen=True, slots=True)
class Answer:
    """To a report. acknowledged: identifiers of decisions that control has now. advice: as it came, of any shape; None where
    there is none."""

    acknowledged: list[str]
    advice: Any = None


class Link:
    """token_file: read at each request, so that a token can be replaced. problem: what is wrong with the
    link, for a person, or empty."""

    def __init__(self, control: str, region: str, token_file: Path) -> None:
        self.problem = ""
        self._base = f"{control.rstrip('/')}/edge/v1/{region}"
        self._control = control
        self._region = region
        self._token_file = token_file
        self._known = ""
        self._session: aiohttp.ClientSession | None = None

    def know(self, digest: str) -> None:
        """Control need not send this snapshot again; with "" it sends whichever it has."""
        self._known = f'"{digest}"' if digest else ""

    async def receive(self, offer: Callable[[Snapshot], Awaitable[None]]) -> None:
        """Polls until cancelled, and awaits `offer` with each new snapshot."""
        pause = 0.0
        while True:
            try:
                async with asyncio.timeout(WAIT + 10):
                    snapshot = await self._poll()
                pause = 0.0
            except _AWAY as error:
                self._away(error)
                pause = min(LONGEST_PAUSE, max(0.1, pause * 2))
            except ValueError as error:
                self.problem = str(error)
                pause = LONGEST_PAUSE
            else:
                self.problem = ""
                if snapshot is not None:
                    await offer(snapshot)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries, hides nothing

    async def report(self, report: EdgeReport) -> Answer:
        """Sends one report. Raises OSError or ValueError when it did not get through."""
        try:
            async with asyncio.timeout(5):
                async with self._open().post(
                    f"{self._base}/report",
                    data=report.model_dump_json(),
                    headers=self._headers() | {"Content-Type": "application/json"},
                ) as answer:
                    self._check(answer.status)
                    raw: Any = await answer.json(content_type=None)
        except _AWAY as error:
            raise OSError(str(error)) from error
        if not isinstance(raw, dict):
            return Answer([])
        return Answer([str(id) for id in raw.get("acknowledged", [])], raw.get("advice"))

    async def records(self, packed: bytes) -> Taken | None:
        """Sends a batch of records; None when control can never read it. Raises OSError or ValueError when it
        did not get through."""
        try:
            async with asyncio.timeout(30):
                async with self._open().post(
                    f"{self._base}/records",
                    data=packed,
                    headers=self._headers()
                    | {"Content-Type": "application/json", "Content-Encoding": "gzip"},
                ) as answer:
                    if answer.status in _UNREADABLE:
                        return None
                    self._check(answer.status)
                    raw: Any = await answer.json(content_type=None)
        except _AWAY as error:
            raise OSError(str(error)) from error
        refused = raw.get("refused", []) if isinstance(raw, dict) else []
        return Taken(len(refused), str(refused[0].get("reason", "")) if refused else "")

    async def live(self, body: bytes) -> None:
        """Sends what happens right now. Raises OSError or ValueError when it did not get through; the next one is another."""
        try:
            async with asyncio.timeout(LIVE):
                async with self._open().post(
                    f"{self._base}/live",
                    data=body,
                    headers=self._headers() | {"Content-Type": "application/json"},
                ) as answer:
                    self._check(answer.status)
        except _AWAY as error:
            raise OSError(str(error)) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _poll(self) -> Snapshot | None:
        headers = self._headers() | ({"If-None-Match": self._known} if self._known else {})
        wait = 0 if self.problem else WAIT  # after trouble, an answer at once tells that it is over
        async with self._open().get(
            f"{self._base}/snapshot", params={"wait": str(wait)}, headers=headers
        ) as answer:
            if answer.status == 304:
                return None
            self._check(answer.status)
            if (answer.content_length or 0) > LARGEST:
                raise ValueError(f"control sent a snapshot of more than {LARGEST} bytes")
            body = await answer.read()
            tag = answer.headers.get("ETag", "")
        try:
            snapshot = Snapshot.load(body)
        except ValueError as error:
            raise ValueError(f"control sent something that cannot be used: {error}") from error
        if snapshot.region != self._region:
            raise ValueError(
                f"control sent a snapshot of region {snapshot.region} to an edge of {self._region}"
            )
        self._known = tag or f'"{snapshot.digest}"'
        return snapshot

    def _check(self, status: int) -> None:
        """Raises ValueError with a sentence for the operator."""
        if status == 401:
            raise ValueError(
                f"control does not know this edge's token; put a valid one in {self._token_file}"
            )
        if status == 403:
            raise ValueError(
                f"this edge's token is not for region {self._region}; put that region's in {self._token_file}"
            )
        if status >= 500:
            raise aiohttp.ClientError(f"status {status}")
        if status not in (200, 202, 204):
            raise ValueError(
                f"control answers with status {status} at {self._base}; is {self._control} control?"
            )

    def _headers(self) -> dict[str, str]:
        try:
            token = self._token_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"the token file {self._token_file} cannot be read") from error
        if not token or not token.isprintable() or not token.isascii():
            raise ValueError(f"the token file {self._token_file} holds no token")
        return {"Authorization": f"Bearer {token}"}

    def _away(self, error: BaseException) -> None:
        if not self.problem:
            log.warning("control at %s does not answer: %s", self._control, error or "it is too slow")
        self.problem = f"control at {self._control} does not answer"

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_connect=2))
        return self._session
