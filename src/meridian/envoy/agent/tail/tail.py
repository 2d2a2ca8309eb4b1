"""The tail of an edge: its logs, the folds that read them, and the records' way to control."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from meridian.core.clock import Clock
from meridian.core.decision import Decision
from meridian.envoy.agent.folder import EdgeFolder
from meridian.envoy.agent.tail.folding import Folding, Tailed
from meridian.envoy.agent.tail.follower import Follower
from meridian.envoy.agent.tail.parsing import Parser
from meridian.envoy.agent.tail.shipping import Send, Shipping
from meridian.envoy.agent.tail.spool import Spool
from meridian.envoy.fold import EdgeFacts, Folds, Source
from meridian.envoy.snapshot import Json

log = logging.getLogger(__name__)
LAST_TRY = 5.0
"""Seconds that the last records have when the edge is stopped; what is not shipped then waits for the next agent."""

PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Tail:
    """folding: None where no feature has folds; then nothing is read."""

    folding: Folding | None
    shipping: Shipping | None

    async def always(self) -> None:
        """Until cancelled. Whatever happens here, the edge goes on."""
        if self.folding is None or self.shipping is None:
            await asyncio.Event().wait()
            return
        while True:
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self.folding.always())
                    group.create_task(self.shipping.always())
            except* Exception as failed:  # noqa: BLE001 - as said
                log.warning("the logs are not read for %g s: %r", PAUSE, failed.exceptions[0])
            await asyncio.sleep(PAUSE)

    async def finish(self) -> None:
        """The last lines of an Envoy that has ended, when `always` has too."""
        if self.folding is None or self.shipping is None:
            return
        await self.folding.finish()
        try:
            async with asyncio.timeout(LAST_TRY):
                await self.shipping.ship()
        except TimeoutError:
            log.info("%d records wait on disk for the next agent", len(self.folding.spool))

    def pulses(self, now: datetime) -> dict[str, Json]:
        """Feature -> what its fold tells just now, of all that has been logged."""
        return self.folding.pulses(now) if self.folding is not None else {}

    def counters(self) -> dict[str, float]:
        """What was read and given up since the start."""
        if self.folding is None:
            return {}
        return {
            "lines": sum(each.lines for each in self.folding.logs.values()),
            "lines_dropped": sum(self.folding.dropped().values()),
            "records_dropped": self.folding.spool.dropped,
            "records_waiting": len(self.folding.spool),
        }

    @property
    def problem(self) -> str:
        """What is wrong, for a person, or empty."""
        if self.folding is None:
            return ""
        dropped = self.folding.spool.dropped
        lines = sum(self.folding.dropped().values())
        parts = [
            self.folding.problem,
            f"{dropped} records of this edge were given up" if dropped else "",
            f"{lines} lines of its logs could not be read" if lines else "",
        ]
        return "; ".join(part for part in parts if part)


def tail(
    folder: EdgeFolder,
    facts: EdgeFacts,
    features: Folds,
    clock: Clock,
    decided: Callable[[Sequence[Decision]], None],
    send: Send,
) -> Tail:
    """Raises OSError when the folder of records cannot be made or read."""
    every = [(name, fold) for name, make in features.items() for fold in make(facts)]
    if not every:
        return Tail(None, None)
    spool = Spool(folder.records, facts.instance)
    files: dict[Source, Path] = {"access": folder.access_log, "admission": folder.admission_log}
    logs: dict[str, Tailed] = {}
    for source, path in files.items():
        folds = [(name, fold) for name, fold in every if fold.source == source]
        if folds:
            places = None if spool.places is None else spool.places.get(source)
            follower = Follower(path, places, clock.monotonic(), lost=spool.lost)
            logs[source] = Tailed(follower, Parser(source), folds)
    folding = Folding(logs, spool, clock, decided)
    return Tail(folding, Shipping(spool, send, folding.fresh))
