"""Tells control how a run goes, and asks it what was decided meanwhile. Never waits for it on the way: a view that control
has no time for is lost, and the run goes on as if nothing was."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from meridian.core.errors import MeridianError
from meridian.core.ids import new_id
from meridian.loadtest.live.view import View, told
from meridian.loadtest.results.summary import Event

PATH = "/infrastructure/load-tests"
DECISIONS = "/infrastructure/decisions"
PATIENCE = 3.0
"""Seconds in which control has to take a view."""
PAGE = 500
PAGES = 20


class Answer(Protocol):
    @property
    def body(self) -> Any: ...


class Client(Protocol):
    """Talks to control, from a thread; raises MeridianError with what it says."""

    def call(self, method: str, path: str, body: Any = None, *, timeout: float = ...) -> Answer: ...
    def upload(self, path: str, content: bytes) -> Any: ...


@dataclass(slots=True)
class Reporting:
    """stop: called with the reason once control says that the run is to stop. trouble: why control is not told now; empty: it is.
    decisions: of the time of the run, as they became known."""

    client: Client
    id: str
    stop: Callable[[str], None] = lambda reason: None
    trouble: str = ""
    decisions: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _latest: View | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _sending: set[asyncio.Task[None]] = field(default_factory=set)

    def tell(self, view: View) -> None:
        self._latest = view
        self._news.set()

    async def run(self, began: datetime) -> None:
        """Until cancelled. began: decisions from then on are asked for."""
        while True:
            await self._news.wait()
            self._news.clear()
            if self._latest is not None:
                await self._tell(self._latest)
                await self._watch(began)

    async def journal(self, event: Event) -> None:
        """Has something that was done on purpose journalled; does not wait for it."""
        body = {"at": event["at"], "what": event["what"], "sentence": event["sentence"]}
        task = asyncio.create_task(self._quietly("POST", f"{PATH}/{quote(self.id)}/events", body))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def between(self, since: datetime, until: datetime) -> Sequence[Mapping[str, Any]]:
        """The journal's decisions of a time. Raises MeridianError when control does not tell them."""
        first, before = new_id(since), new_id(until)
        found: list[Mapping[str, Any]] = []
        for _ in range(PAGES):
            page = await self._page(before)
            young = [each for each in page if each["id"] > first]
            found += young
            if len(young) < len(page) or len(page) < PAGE:
                break
            before = page[-1]["id"]
        return found

    async def finish(self, shard: int, part: bytes) -> str:
        """Hands the part over; says what is missing still, in a sentence, or nothing. Raises MeridianError."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=PATIENCE)
        found = await asyncio.to_thread(self.client.upload, f"{PATH}/{quote(self.id)}/parts/{shard}", part)
        missing = [str(number + 1) for number in found["missing"]]
        return f"control waits for the parts of the shards {', '.join(missing)}" if missing else ""

    async def compare(self, before: bytes) -> Any:
        """Has control compare the run with an earlier one and keep that. Raises MeridianError."""
        return await asyncio.to_thread(self.client.upload, f"{PATH}/{quote(self.id)}/before", before)

    async def summary(self) -> Any:
        """What control made of all parts. Raises MeridianError."""
        return (await asyncio.to_thread(self.client.call, "GET", f"{PATH}/{quote(self.id)}")).body

    async def _tell(self, view: View) -> None:
        facts = view.facts.to_json()
        row = view.measured.whole
        body = {
            "facts": facts,
            "shard": view.shard,
            "sentence": view.sentence,
            "rate": round(view.achieved, 1),
            "p95": row.ms(0.95),
            "errors": row.errors,
            "live": told(view),
        }
        found = await self._quietly("PUT", f"{PATH}/{quote(self.id)}/progress", body)
        if found and found.get("stop"):
            self.stop(str(found["stop"]))

    async def _watch(self, began: datetime) -> None:
        """What was decided since, for the live view. Edges' decisions come late: the whole newest page is looked through."""
        first = new_id(began)
        with contextlib.suppress(MeridianError):
            for each in await self._page("", 100):
                if each["id"] > first:
                    self.decisions.setdefault(each["id"], each)

    async def _page(self, before: str, limit: int = PAGE) -> list[Mapping[str, Any]]:
        query = f"?limit={limit}" + (f"&before={before}" if before else "")
        answer = await asyncio.to_thread(self.client.call, "GET", DECISIONS + query, timeout=PATIENCE)
        found: list[Mapping[str, Any]] = answer.body["decisions"]
        return found

    async def _quietly(self, method: str, path: str, body: Any) -> Any:
        try:
            answer = await asyncio.to_thread(self.client.call, method, path, body, timeout=PATIENCE)
        except MeridianError as error:
            self.trouble = f"control is not told how it goes: {error}"
            return None
        self.trouble = ""
        return answer.body
