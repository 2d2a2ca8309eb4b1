"""What control is told of this edge: every two seconds, and at once when something in it changes."""

import asyncio
import logging
from dataclasses import dataclass

from meridian.envoy.agent.parts import Parts
from meridian.envoy.agent.state import EdgeState
from meridian.envoy.report import EdgeReport

log = logging.getLogger(__name__)
REPORT_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Reporting:
    parts: Parts
    state: EdgeState

    async def always(self) -> None:
        """Until cancelled."""
        while True:
            self.state.fresh.clear()
            await self.send()
            try:
                # Not wait_for: in Python 3.11 it loses a cancellation that comes together with the event.
                async with asyncio.timeout(REPORT_EVERY):
                    await self.state.fresh.wait()
            except TimeoutError:
                continue

    async def send(self) -> None:
        """Once; without effect when control does not answer."""
        try:
            answer = await self.parts.link.report(self.report())
        except (OSError, ValueError) as error:
            log.debug("the report did not get through: %s", error)
            return
        self.parts.outbox.acknowledge(answer.acknowledged)
        self.parts.advice.take(answer.advice)

    def report(self) -> EdgeReport:
        parts, state = self.parts, self.state
        current = parts.supervisor.current
        return EdgeReport(
            region=parts.region,
            instance=parts.instance,
            digest=state.active.digest if state.active else "",
            config_version=state.active.config_version if state.active else 0,
            envoy=parts.supervisor.state,
            pid=current.pid if current else 0,
            started=state.started,
            requests=state.requests,
            clients=state.clients,
            rejection=state.rejection,
            health=state.health,
            decisions=parts.outbox.batch(),
            advice=dict(parts.advice.held),
            sentence=self.sentence(),
        )

    def sentence(self) -> str:
        """What is wrong, for a person, or empty."""
        dropped = self.parts.outbox.dropped
        parts = [
            self.parts.supervisor.problem,
            *self.state.problems.values(),
            self.parts.link.problem,
            f"{dropped} decisions were given up while control was away" if dropped else "",
            self.parts.tail.problem,
        ]
        return "; ".join(part for part in parts if part)
