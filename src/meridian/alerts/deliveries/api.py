"""The routes of channels and deliveries."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from meridian.alerts.deliveries.health import Health
from meridian.alerts.deliveries.lanes import Waiting
from meridian.alerts.deliveries.queue import Queue
from meridian.alerts.deliveries.target import target
from meridian.alerts.deliveries.testing import send_test
from meridian.alerts.settings import Alerts
from meridian.core.names import known_name
from meridian.core.principal import Principal, Role
from meridian.feature import Control

Name = Annotated[str, Path(min_length=1, max_length=63, examples=["pager"])]
Text = Annotated[str, Query(max_length=256, pattern=r"^[^\x00-\x1f]*$")]


class ChannelOut(BaseModel):
    """kind: "slack", "pagerduty", "email", "sms" or "webhook". target: where it leads, without secrets. state: "working",
    "failing", "dead" (the other channels are told) or "unused". failures: in a row. waiting: notices that are to be sent.
    answer: what the receiver said last."""

    name: str
    kind: str
    target: str
    state: str
    failures: int
    failing_since: datetime | None
    dead_since: datetime | None
    paused_until: datetime | None
    sent_at: datetime | None
    answered_at: datetime | None
    answer: str
    waiting: int


class ChannelsOut(BaseModel):
    channels: list[ChannelOut]


class DeliveryOut(BaseModel):
    """incident: its key. event: what of it is told. status: "waiting", "sent", "superseded" (a later notice said more) or
    "given_up". due_at: when it is sent next, where it waits. answer: what the receiver said last."""

    id: str
    sequence: int
    incident: str
    channel: str
    event: str
    status: str
    created_at: datetime
    due_at: datetime
    attempts: int
    answered_at: datetime | None
    answer: str


class DeliveriesOut(BaseModel):
    """next: give it as `before` to read on; null at the end."""

    deliveries: list[DeliveryOut]
    next: int | None


class TestedOut(BaseModel):
    """answer: what the receiver said, or why it could not be reached. seconds: how long it took."""

    channel: str
    kind: str
    sent: bool
    answer: str
    seconds: float


def router(control: Control) -> APIRouter:
    routes = APIRouter(prefix="/infrastructure/alerts", tags=["alerts"])
    ops = [Depends(control.requires(Role.OPS))]
    admin = control.requires(Role.ADMIN)
    queue = Queue(control.database)

    @routes.get("/channels", dependencies=ops)
    async def channels() -> ChannelsOut:
        """Where notices go, and whether they get there."""
        waiting, health = await queue.look()
        return ChannelsOut(channels=_channels(control, waiting, health))

    @routes.get("/deliveries", dependencies=ops)
    async def deliveries(
        incident: Text = "",
        channel: Text = "",
        status: Literal["", "waiting", "sent", "superseded", "given_up"] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        before: Annotated[int | None, Query(ge=1)] = None,
    ) -> DeliveriesOut:
        """What was told to whom, the newest first. Channels that are no more have theirs too."""
        channels = control.config().section(Alerts).channels
        if channel and channel not in channels:
            known_name(channel, {*channels, *await queue.told()}, "channel")
        found = await queue.log(limit=limit, before=before, incident=incident, channel=channel, status=status)
        rows = [DeliveryOut.model_validate(each, from_attributes=True) for each in found]
        return DeliveriesOut(deliveries=rows, next=rows[-1].sequence if len(rows) == limit else None)

    @routes.post("/channels/{name}/test")
    async def test(name: Name, operator: Annotated[Principal, Depends(admin)]) -> TestedOut:
        """Sends a test at once and says what the receiver answers. With one that gets through, a dead channel works again."""
        found = await send_test(control, name, operator.name)
        return TestedOut.model_validate(found, from_attributes=True)

    return routes


def _channels(control: Control, waiting: list[Waiting], health: dict[str, Health]) -> list[ChannelOut]:
    many = Counter(each.channel for each in waiting)
    found = []
    for name, channel in control.config().section(Alerts).channels.items():
        how = health.get(name, Health())
        found.append(
            ChannelOut(
                name=name,
                kind=channel.kind,
                target=target(channel),
                state=how.state,
                failures=how.failures,
                failing_since=how.failing_since,
                dead_since=how.dead_since,
                paused_until=how.paused_until,
                sent_at=how.sent_at,
                answered_at=how.answered_at,
                answer=how.answer,
                waiting=many[name],
            )
        )
    return found
