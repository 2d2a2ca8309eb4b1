"""Reads the logs, gives their lines to the folds, and every few seconds keeps what the folds made of them.

Folds get many lines at once: what they do once for each kind of lines is the cheaper, the more there are of each. Lines that wait
to be given are in no record yet, so whoever asks a fold for anything gives it its lines first.

A step reads at most so many bytes, and as long as there is more to read, half of the time is left to others: catching up
after a pause must not take the core from Envoy.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from meridian.core.clock import Clock
from meridian.core.decision import Decision
from meridian.core.ids import new_id
from meridian.envoy.agent.tail.follower import Follower
from meridian.envoy.agent.tail.parsing import Parser
from meridian.envoy.agent.tail.spool import Spool
from meridian.envoy.fold import WINDOW, Fold, Harvest, Live
from meridian.envoy.lines import AccessLine, Lines, seconds
from meridian.envoy.snapshot import Json

log = logging.getLogger(__name__)
MOST = 256 * 1024
"""Bytes of a log read in one step: about 2 ms."""
PAUSE = 0.25
"""Seconds between two looks at logs that have nothing new."""
ENOUGH = 5_000
"""Lines that are given at once, when no pulse comes before: some megabytes."""
LAG = 1.0
"""Seconds after a window's end at which it is harvested: by then its lines have been written and read."""
WAITING = 2000
"""Records held in memory while the disk does not take them."""


@dataclass(slots=True)
class Tailed:
    """One log with those who want its lines. folds: (feature, fold). held: window -> lines that no fold has yet."""

    follower: Follower
    parser: Parser
    folds: Sequence[tuple[str, Fold]]
    lines: int = 0
    dropped: int = 0
    held: dict[int, list[Any]] = field(default_factory=dict)

    def give(self) -> None:
        """Lines of requests in portions that ended in one second each: folds that count by second share their groups."""
        held, self.held = self.held, {}
        for window, lines in held.items():
            plain = isinstance(lines[0], AccessLine)
            for portion in (Lines(each) for _, each in seconds(lines)) if plain else (lines,):
                for feature, fold in self.folds:
                    _added(feature, fold, window, portion)


@dataclass(slots=True)
class Folding:
    """logs: by name. decided: takes the folds' decisions. fresh: set when there is something to ship."""

    logs: dict[str, Tailed]
    spool: Spool
    clock: Clock
    decided: Callable[[Sequence[Decision]], None]
    fresh: asyncio.Event = field(default_factory=asyncio.Event)
    every: float = WINDOW
    problem: str = ""
    _waiting: list[Json] = field(default_factory=list)
    _keeping: asyncio.Future[None] | None = None

    async def always(self) -> None:
        """Until cancelled."""
        due = self._next()
        while True:
            began = time.monotonic()
            more = self.step()
            if self.clock.monotonic() >= due:
                await self.checkpoint()
                due = self._next()
            await asyncio.sleep(time.monotonic() - began if more else PAUSE)

    async def finish(self) -> None:
        """Reads what there is, and keeps everything. Call it when `always` has ended."""
        if self._keeping is not None:
            await asyncio.wait([self._keeping])
        while self.step():  # noqa: ASYNC110 - lets others go first; there is nothing to wait for
            await asyncio.sleep(0)
        await self.checkpoint()

    def step(self) -> bool:
        """Reads a bit of each log. Whether there may be more."""
        more = False
        for name, tailed in self.logs.items():
            try:
                chunk = tailed.follower.read(MOST, self.clock.monotonic())
            except OSError as error:
                self._say(f"the {name} log cannot be read: {error.strerror or error}")
                continue
            if chunk is not None:
                more = True
                self._fold(tailed, chunk)
        return more

    async def checkpoint(self) -> None:
        """Harvests all folds, and keeps their records together with how far the logs have been read for them."""
        # To its end, also when the caller is cancelled: what is on disk and what is known here stay one.
        self._keeping = asyncio.ensure_future(self._keep())
        await asyncio.shield(self._keeping)

    async def _keep(self) -> None:
        now = self.clock.now()
        decisions: list[Decision] = []
        for tailed in self.logs.values():
            tailed.give()
            for feature, fold in tailed.folds:
                harvest = _harvested(feature, fold, now)
                decisions += harvest.decisions
                self._waiting += [
                    {"id": new_id(now), "feature": feature, "content": content} for content in harvest.records
                ]
        # Before the position, with ids of their own: a crash in between journals them once.
        self.decided(decisions)
        if surplus := len(self._waiting) - WAITING:
            self.spool.dropped += max(0, surplus)
            del self._waiting[: max(0, surplus)]
        places = {name: tailed.follower.places() for name, tailed in self.logs.items()}
        try:
            self.spool.add(await asyncio.to_thread(self.spool.write, self._waiting, places))
        except OSError as error:
            self._say(f"records could not be written: {error.strerror or error}")
            return
        self._waiting = []
        self._say("")
        self.fresh.set()

    def pulses(self, now: datetime) -> dict[str, Json]:
        """Feature -> what its fold tells just now, after a last look at the logs. A feature has at most one that tells."""
        self.step()
        told = {}
        for tailed in self.logs.values():
            tailed.give()
            for feature, fold in tailed.folds:
                if isinstance(fold, Live) and (content := _told(feature, fold, now)) is not None:
                    told[feature] = content
        return told

    def dropped(self) -> dict[str, int]:
        """Log -> lines of it that were none, or too long."""
        return {name: each.dropped + each.follower.dropped for name, each in self.logs.items()}

    def _fold(self, tailed: Tailed, chunk: bytes) -> None:
        parsed = tailed.parser.parse(chunk)
        tailed.dropped += parsed.dropped
        for window, lines in parsed.windows:
            tailed.lines += len(lines)
            tailed.held.setdefault(window, []).extend(lines)
        if sum(map(len, tailed.held.values())) >= ENOUGH:
            tailed.give()

    def _next(self) -> float:
        """When the next checkpoint is due, on the monotonic clock."""
        into = (self.clock.now().timestamp() - LAG) % self.every
        return self.clock.monotonic() + self.every - into

    def _say(self, problem: str) -> None:
        if problem and problem != self.problem:
            log.warning("%s", problem)
        self.problem = problem


def _added(feature: str, fold: Fold, window: int, lines: Sequence[Any]) -> None:
    try:
        fold.add(window, lines)
    except Exception as error:  # noqa: BLE001 - one fold's failure must not stop the others, or the edge
        log.warning("%s of %s failed on %d lines: %r", type(fold).__name__, feature, len(lines), error)


def _told(feature: str, fold: Live, now: datetime) -> Json | None:
    try:
        return fold.pulse(now)
    except Exception as error:  # noqa: BLE001 - as above
        log.warning("%s of %s has no pulse: %r", type(fold).__name__, feature, error)
        return None


def _harvested(feature: str, fold: Fold, now: datetime) -> Harvest:
    try:
        return fold.harvest(now)
    except Exception as error:  # noqa: BLE001 - as above
        log.warning("%s of %s could not be harvested: %r", type(fold).__name__, feature, error)
        return Harvest()
