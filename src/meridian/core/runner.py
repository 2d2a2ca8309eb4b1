"""Runs controllers: observe, decide, journal, actuate; one cycle after another, each on its own interval.

A controller that fails is logged with a sentence and tried again at its next interval; it never stops the others.
Only the holder of the leader lease runs cycles, so that replicas of control do not act twice.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from meridian.core.clock import Clock
from meridian.core.controller import Controller
from meridian.core.journal import Journal

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Runner:
    """policy: called at each cycle, so that an applied configuration takes effect at the next one.
    leading: whether this process may act now."""

    controllers: Sequence[Controller[Any, Any, Any]]
    journal: Journal
    clock: Clock
    policy: Callable[[], Any]
    leading: Callable[[], bool] = lambda: True
    _states: dict[str, Any] = field(default_factory=dict)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for controller in self.controllers:
                group.create_task(self._loop(controller), name=controller.name)

    async def cycle(self, controller: Controller[Any, Any, Any]) -> None:
        """One observe-decide-journal-actuate. The state moves on only once its decisions are journalled."""
        state = self._states.get(controller.name)
        if state is None:
            state = controller.initial()
        observation = await controller.observe()
        following, decisions = controller.decide(self.policy(), state, observation, self.clock.now())
        if decisions:
            decisions = await self.journal.write(decisions)
        self._states[controller.name] = following
        for decision in decisions:
            log.info("%s: %s", decision.controller, decision.sentence)
            await controller.actuate(decision)

    async def _loop(self, controller: Controller[Any, Any, Any]) -> None:
        while True:
            if self.leading():
                try:
                    await self.cycle(controller)
                except Exception as error:  # noqa: BLE001 - one controller's failure must not stop the others
                    log.warning("%s: this cycle failed and will be tried again: %s", controller.name, error)
            await asyncio.sleep(controller.interval)
