"""Keeps the list of load tests true and short: old ones go, and an undone start is a stop. It decides nothing by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from meridian.loadtest.settings import LoadTests
from meridian.loadtest.store import LoadTests as Stored

if TYPE_CHECKING:
    from meridian.config.schema.root import Config
    from meridian.core.decision import Decision
    from meridian.feature import Control

NAME = "load_tests"


@dataclass(slots=True)
class Keeping:
    """A controller, so that one process of all that are control does it."""

    control: Control
    name: str = NAME
    interval: float = 600.0

    def initial(self) -> None:
        return None

    async def observe(self) -> None:
        now = self.control.clock.now()
        keep = timedelta(seconds=self.control.config().section(LoadTests).keep)
        await Stored(self.control.database).forget_before(now - keep, now)

    def decide(
        self, policy: Config, state: None, observation: None, now: datetime
    ) -> tuple[None, Sequence[Decision]]:
        return None, ()

    def replay(self, policy: Config, evidence: dict[str, Any]) -> Sequence[Decision]:
        return ()

    async def actuate(self, decision: Decision) -> None:
        """An undone start."""
        if decision.action.get("do") == "stop":
            why = f"{decision.actor}: {decision.reason}"
            await Stored(self.control.database).stop(str(decision.action["id"]), why)
