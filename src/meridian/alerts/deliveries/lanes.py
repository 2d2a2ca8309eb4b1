"""Which of the waiting notices to send now, and which have become pointless. Pure.

A lane is what is to be told of one incident on one channel. It is kept in order: the next one goes out when the one before
is through or given up. While a channel does not answer, a lane shrinks to what still matters: who can be reached again is told
how things are, not all that happened.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from meridian.integrations.notice import Status

AT_ONCE = 4
"""Notices under way on one channel."""
OVERTAKEN: Mapping[str, frozenset[str]] = {
    "resolved": frozenset({"firing", "acknowledged", "resolved"}),
    "firing": frozenset({"firing", "acknowledged", "resolved"}),
    "acknowledged": frozenset({"acknowledged"}),
}
"""What a later notice makes pointless. An acknowledgement does not: who never heard of the incident could make nothing of it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """claimed_until: it is being sent, or its sender was killed and it is sent again then."""

    id: str
    incident: str
    channel: str
    event: Status
    due_at: datetime
    claimed_until: datetime | None = None

    def claimed(self, now: datetime) -> bool:
        return self.claimed_until is not None and self.claimed_until > now


@dataclass(frozen=True, slots=True)
class Next:
    """Identifiers: those to send now, in order, and those that need not be sent any more."""

    send: Sequence[str]
    superseded: Sequence[str]


def plan(waiting: Sequence[Waiting], paused: Collection[str], now: datetime) -> Next:
    """waiting: in the order in which they were put there. paused: channels whose receivers asked for a pause."""
    lanes: dict[tuple[str, str], list[Waiting]] = {}
    for each in waiting:
        lanes.setdefault((each.channel, each.incident), []).append(each)
    under_way: dict[str, int] = {}
    for each in waiting:
        under_way[each.channel] = under_way.get(each.channel, 0) + each.claimed(now)
    send: list[str] = []
    superseded: list[str] = []
    for (channel, _), lane in lanes.items():
        left, pointless = _sorted_out(lane, now)
        superseded += pointless
        first = left[0]
        ready = not first.claimed(now) and first.due_at <= now and channel not in paused
        if ready and under_way[channel] < AT_ONCE:
            under_way[channel] += 1
            send.append(first.id)
    return Next(send, superseded)


def _sorted_out(lane: Sequence[Waiting], now: datetime) -> tuple[list[Waiting], list[str]]:
    """What is left of a lane, in order, and what later notices made pointless. What is under way stays."""
    left: list[Waiting] = []
    pointless: list[str] = []
    overtaken: frozenset[str] = frozenset()
    for each in reversed(lane):
        if each.event in overtaken and not each.claimed(now):
            pointless.append(each.id)
            continue
        left.append(each)
        overtaken |= OVERTAKEN.get(each.event, frozenset())
    return left[::-1], pointless
