"""Sends a test on one channel, at once, so that whoever sets it up sees what the receiver says."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from meridian.alerts.channels import Channel
from meridian.alerts.deliveries.queue import Queue
from meridian.alerts.deliveries.sending import Sender
from meridian.alerts.deliveries.telling import NAME
from meridian.alerts.settings import Alerts
from meridian.core.decision import Decision, clip
from meridian.core.ids import new_id
from meridian.core.names import known_name
from meridian.feature import Control
from meridian.integrations.notice import Notice, to_json
from meridian.integrations.outgoing import Outcome


@dataclass(frozen=True, slots=True)
class Tested:
    """answer: what the receiver said, or why it could not be reached. seconds: how long that took."""

    channel: str
    kind: str
    sent: bool
    answer: str
    seconds: float


async def send_test(control: Control, name: str, actor: str, sender: Sender | None = None) -> Tested:
    """Raises NotFound for a channel that is not configured, and Unavailable while PostgreSQL is away."""
    sender = sender or Sender()
    channels = control.config().section(Alerts).channels
    channel = channels[known_name(name, channels, "channel")]
    now, began = control.clock.now(), control.clock.monotonic()
    notice = _notice(name, control.config().app.name, actor, new_id(now), now)
    await control.journal.write([_decision(name, channel.kind, actor)])
    delivery = new_id(now)
    outcome = await sender.send(channel, notice, delivery=delivery, reached=(), now=now)
    if channel.pagerduty and outcome.result == "sent":
        outcome = await _closed(sender, channel, notice, now, outcome)
    ended = control.clock.now()
    content = json.dumps(to_json(notice))
    await Queue(control.database).tested(delivery, notice, content, name, outcome, ended)
    seconds = round(control.clock.monotonic() - began, 3)
    return Tested(name, channel.kind, outcome.result == "sent", outcome.said, seconds)


async def _closed(sender: Sender, channel: Channel, notice: Notice, now: datetime, sent: Outcome) -> Outcome:
    """A test is no incident that somebody should have to close. Where that fails, it is said: one stays open."""
    over = replace(notice, status="resolved", resolved=now)
    outcome = await sender.send(channel, over, delivery=new_id(now), reached=(), now=now)
    return (
        sent
        if outcome.result == "sent"
        else replace(outcome, said=f"the test could not be closed: {outcome.said}")
    )


def _notice(channel: str, app: str, actor: str, id: str, now: datetime) -> Notice:
    return Notice(
        key=f"test-{id}",
        status="test",
        severity=4,
        title=f"channel {channel} of {app}",
        sentence=f"{actor} sent this to see whether the channel {channel} works. Nothing is wrong.",
        subject=channel,
        at=now,
        started=now,
    )


def _decision(channel: str, kind: str, actor: str) -> Decision:
    sentence = clip(f"{actor} sends a test on the channel {channel} ({kind})")
    return Decision(NAME, "channel-test", channel, sentence, {"channel": channel, "kind": kind}, actor=actor)
