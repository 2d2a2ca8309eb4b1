"""The delivery loop: sends what is due, notes how it went, and looks at how the channels do.

Sending goes on beside the loop, so that a receiver that hangs holds up nobody else. A notice is claimed before it is sent and
noted after: whoever is killed in between leaves a claim that ends by itself, and the notice is sent again under the same keys.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from meridian.alerts.channels import Channel
from meridian.alerts.deliveries.backoff import pause
from meridian.alerts.deliveries.enqueueing import enqueue
from meridian.alerts.deliveries.health import Health
from meridian.alerts.deliveries.lanes import plan
from meridian.alerts.deliveries.queue import Claimed, Queue, due
from meridian.alerts.deliveries.sending import TIMEOUT, Sender
from meridian.alerts.deliveries.telling import DEAD, GAUGE, WORKS, DeliveriesJudge, notice_of, watched
from meridian.alerts.settings import Alerts
from meridian.core.decision import Decision
from meridian.feature import Control
from meridian.integrations.outgoing import Outcome
from meridian.telemetry.gauges import observe_gauge

log = logging.getLogger(__name__)

CLAIM = timedelta(seconds=TIMEOUT + 5)
FORGETTING = timedelta(minutes=10)
NEWS = 1.0
"""Seconds between two values of the gauge."""


@dataclass(slots=True)
class Deliveries(DeliveriesJudge):
    """chance: between 0 and 1."""

    control: Control
    sender: Sender = field(default_factory=Sender)
    chance: Callable[[], float] = random.random
    interval: float = 0.25
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _ended: dict[str, tuple[Claimed, Outcome]] = field(default_factory=dict)
    _forgot: datetime | None = None
    _gauged: float | None = None

    async def observe(self) -> Mapping[str, Health]:
        queue, now = Queue(self.control.database), self.control.clock.now()
        channels = self.channels()
        await self._note(queue)
        waiting, health = await queue.look()
        paused = {name for name, each in health.items() if each.paused_until and each.paused_until > now}
        following = plan(waiting, paused, now)
        if following.superseded:
            await queue.supersede(following.superseded, now)
        if following.send:
            for claimed in await queue.claim(following.send, now, now + CLAIM):
                task = asyncio.create_task(self._deliver(claimed, channels.get(claimed.channel)))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        await self._forget(queue, now, channels)
        found = {name: health.get(name, Health()) for name in channels}
        self._gauge(found)
        return found

    async def actuate(self, decision: Decision) -> None:
        """Tells of a dead channel on those that work, where no rule does that: who trusts in a channel that does not work must
        learn of it without having written a rule."""
        alerts = self.control.config().section(Alerts)
        if decision.kind not in (DEAD, WORKS) or watched(alerts.rules.values()):
            return
        _, health = await Queue(self.control.database).look()
        others = [
            name
            for name in alerts.channels
            if name != decision.subject and not health.get(name, Health()).dead_since
        ]
        now = self.control.clock.now()
        async with self.control.database.connection() as connection:
            await enqueue(connection, notice_of(decision, alerts, now), others, now)

    def channels(self) -> Mapping[str, Channel]:
        return self.control.config().section(Alerts).channels

    @property
    def under_way(self) -> int:
        """Notices that are being sent."""
        return len(self._tasks)

    async def settled(self) -> None:
        """Waits until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _deliver(self, claimed: Claimed, channel: Channel | None) -> None:
        if claimed.notice is None:
            outcome = Outcome(
                "refused", "another version of Meridian wrote this notice, which cannot be read"
            )
        elif channel is None:
            outcome = Outcome("refused", f"no channel is called {claimed.channel} any more")
        else:
            outcome = await self.sender.send(
                channel,
                claimed.notice,
                delivery=claimed.id,
                reached=claimed.reached,
                now=self.control.clock.now(),
            )
        self._ended[claimed.id] = (claimed, outcome)
        try:
            await self._note(Queue(self.control.database))
        except Exception as error:  # noqa: BLE001 - noted at the next cycle; until then the claim holds
            log.info("how the notice %s went will be noted later: %s", claimed.id, error)

    async def _note(self, queue: Queue) -> None:
        """Writes down what has ended and is not written down yet, before anything is looked at again."""
        for id, (claimed, outcome) in list(self._ended.items()):
            channel, now = self.channels().get(claimed.channel), self.control.clock.now()
            give_up = channel.give_up if channel else 0.0
            again_at = due(claimed, outcome, pause(claimed.attempts, self.chance()), give_up, now)
            if self._ended.pop(id, None) is None:
                continue  # a task beside this one was quicker
            try:
                await queue.record(claimed, outcome, again_at, now)
            except BaseException:
                self._ended[id] = (claimed, outcome)
                raise
            if outcome.result != "sent":
                fate = f"again at {again_at:%H:%M:%S}" if again_at else "given up"
                log.warning("channel %s: %s (%s)", claimed.channel, outcome.said, fate)

    async def _forget(self, queue: Queue, now: datetime, channels: Mapping[str, Channel]) -> None:
        if self._forgot is not None and now - self._forgot < FORGETTING:
            return
        self._forgot = now
        keep = timedelta(seconds=self.control.config().section(Alerts).keep)
        await queue.forget(now - keep, list(channels))

    def _gauge(self, found: Mapping[str, Health]) -> None:
        moment = self.control.clock.monotonic()
        if self._gauged is not None and moment - self._gauged < NEWS:
            return
        self._gauged = moment
        for name, health in found.items():
            observe_gauge(self.control, GAUGE, "", name, 0.0 if health.dead_since else 1.0)
