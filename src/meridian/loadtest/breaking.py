"""Breaks what a scenario wants broken, at its time, and mends at the end whatever is still broken by then."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from meridian.core.errors import MeridianError
from meridian.loadtest.results.summary import Event
from meridian.loadtest.scenario.chaos import Chaos
from meridian.loadtest.scenario.target import Faults

MENDS = {
    "kill": "restore",
    "slow": "restore",
    "partition": "restore",
    "errors": "restore",
    "drain": "undrain",
}


@dataclass(slots=True)
class Breaking:
    """happened: called with each thing that was done, or could not be."""

    steps: Sequence[Chaos]
    faults: Faults
    happened: Callable[[Event], Awaitable[None]]
    _broken: dict[tuple[str, str], None] = field(default_factory=dict)

    def next(self, second: float) -> tuple[float, str] | None:
        """The next step after a moment: (when, what)."""
        return next(((step.at, step.text) for step in self.steps if step.at >= second), None)

    async def run(self, began: float) -> None:
        """Carries all steps out, each at its time. began: seconds since 1970."""
        for step in sorted(self.steps, key=lambda each: each.at):
            await asyncio.sleep(max(0.0, began + step.at - time.time()))
            self._note(step)
            await self._do(step.verb, step.about, step.amount, step.text, began)

    async def mend(self, began: float) -> None:
        """What an interrupted run, or a scenario without a last step, leaves broken."""
        while self._broken:
            (verb, about), _ = self._broken.popitem()
            await self._do(verb, about, 0.0, f"{verb} {about}", began)

    def _note(self, step: Chaos) -> None:
        if step.verb in MENDS:
            self._broken[MENDS[step.verb], step.about] = None
        elif (step.verb, step.about) == ("restore", "all"):
            self._broken = {known: None for known in self._broken if known[0] != "restore"}
        else:
            self._broken.pop((step.verb, step.about), None)

    async def _do(self, verb: str, about: str, amount: float, text: str, began: float) -> None:
        at = time.time() - began
        try:
            sentence = await self.faults.do(verb, about, amount)
        except MeridianError as error:
            sentence = f"{text} could not be done: {error}"
        await self.happened(Event(at=round(at, 3), what=text, by="chaos", sentence=sentence))
