"""What the requests that a location served mean for the business, told as events: a purchase buys tokens, a chat spends some,
a payout goes its way, a report becomes a ticket. Pure: counts and a time in, events out.

The sample app has no business, so what follows from a request is made up here, at fixed shares. What is under way (a payout
that is not paid yet) is kept as JSON over a restart, so that nothing is left standing by a kill.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from meridian.core.ids import new_id

Event = dict[str, Any]
Counts = Mapping[tuple[str, str], int]
"""(home region, service) -> requests."""

TOKENS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "tokens": (("token.purchased", 500),),
    "chat": (("token.spent", 5), ("token.earned", 3)),
    "calls": (("token.spent", 40), ("token.earned", 28)),
    "events": (("token.spent", 60), ("token.earned", 45)),
    "ai": (("token.spent", 2),),
}
"""Service -> what one request does, in tokens."""
PICTURES = 6
"""That a feed shows, each from the CDN; media is uploaded past it."""
KILOBYTES = 48
MISSES_EVERY = 12
"""One of so many pictures is not in the CDN's cache."""
FAILS_EVERY, URGENT_EVERY, ALERT_EVERY, DISPUTE_EVERY = 50, 20, 150, 400
MOST = 20_000
"""Things that are under way; beyond, new ones are not told."""

Step = tuple[float, str]
"""Seconds after the one before, and the state."""
PAID: Sequence[Step] = ((2.0, "processing"), (4.0, "paid"))
FAILED: Sequence[Step] = ((2.0, "processing"), (3.0, "failed"), (25.0, "processing"), (5.0, "paid"))
ANSWERED: Sequence[Step] = ((45.0, "answered"), (60.0, "closed"))
URGENT: Sequence[Step] = ((15.0, "answered"), (60.0, "closed"))
RESOLVED: Sequence[Step] = ((40.0, "resolved"),)
WON: Sequence[Step] = ((120.0, "won"),)


@dataclass(slots=True)
class Business:
    """region: of the location, for users whose home nobody told."""

    region: str
    pictures: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    under_way: list[tuple[float, str, list[Step], Event]] = field(default_factory=list)

    def step(self, counts: Counts, now: datetime) -> list[Event]:
        """What follows from these requests, and what is due of earlier ones. Times lie in the present second."""
        events = [event for (home, service), n in counts.items() for event in self._of(home, service, n, now)]
        return events + list(self._due(now))

    def to_json(self) -> list[Any]:
        return [list(each) for each in self.under_way]

    def resume(self, kept: Any) -> None:
        """Goes on with what `to_json` said before a restart; passes over what is none."""
        for at, id, steps, event in kept if isinstance(kept, list) else ():
            self._await(float(at), str(id), [(float(span), str(state)) for span, state in steps], dict(event))

    def _of(self, home: str, service: str, n: int, now: datetime) -> Iterator[Event]:
        region = home or self.region
        for type_, amount in TOKENS.get(service, ()):
            yield _event(now, region, type_, amount=n * amount, count=n)
        if service == "feed":
            yield self._cdn(region, n * PICTURES, now)
        if service == "payouts":
            yield from self._payouts(region, n, now)
        if service == "reports":
            yield from self._tickets(region, n, now)
        if service == "tokens":
            yield from self._rare(region, n, now)

    def _cdn(self, region: str, pictures: int, now: datetime) -> Event:
        self.pictures += pictures
        misses, self.pictures = divmod(self.pictures, MISSES_EVERY)
        misses = min(misses, pictures)
        return _event(
            now, region, "cdn", hits=pictures - misses, misses=misses, bytes=pictures * KILOBYTES * 1000
        )

    def _payouts(self, region: str, n: int, now: datetime) -> Iterator[Event]:
        for number in self._numbers("payout", n):
            about = {"payout": new_id(now), "amount": 1000 + number * 700 % 9000, "currency": "EUR"}
            steps = FAILED if number % FAILS_EVERY == 0 else PAID
            yield from self._begin(now, region, "payout", "pending", steps, about)

    def _tickets(self, region: str, n: int, now: datetime) -> Iterator[Event]:
        for number in self._numbers("ticket", n):
            urgent = number % URGENT_EVERY == 0
            about = {"ticket": new_id(now), "urgent": urgent}
            yield from self._begin(now, region, "ticket", "open", URGENT if urgent else ANSWERED, about)

    def _rare(self, region: str, n: int, now: datetime) -> Iterator[Event]:
        """Some purchases look odd, and a few are disputed."""
        for number in self._numbers("purchase", n):
            if number % ALERT_EVERY == 0:
                about = {"alert": new_id(now), "severity": "high" if number % 600 == 0 else "low"}
                yield from self._begin(now, region, "fraud_alert", "open", RESOLVED, about)
            if number % DISPUTE_EVERY == 0:
                yield from self._begin(now, region, "dispute", "open", WON, {"dispute": new_id(now)})

    def _numbers(self, of: str, n: int) -> range:
        """The next `n` numbers of this sort, from 1."""
        first = self.numbers.get(of, 0) + 1
        self.numbers[of] = first + n - 1
        return range(first, first + n)

    def _begin(
        self, now: datetime, region: str, type_: str, state: str, steps: Sequence[Step], about: Event
    ) -> Iterator[Event]:
        if len(self.under_way) >= MOST:
            return
        event = _event(now, region, type_, state=state, **about)
        yield event
        self._await(now.timestamp(), str(event["id"]), list(steps), event)

    def _await(self, after: float, id: str, steps: list[Step], event: Event) -> None:
        """What comes next of it, at its time. id: makes two of the same time comparable."""
        if steps:
            heapq.heappush(self.under_way, (after + steps[0][0], id, steps, event))

    def _due(self, now: datetime) -> Iterator[Event]:
        while self.under_way and self.under_way[0][0] <= now.timestamp():
            _, _, steps, event = heapq.heappop(self.under_way)
            (_, state), *later = steps
            event = {**event, "id": new_id(now), "at": now.isoformat(), "state": state}
            yield event
            self._await(now.timestamp(), event["id"], later, event)


def _event(now: datetime, region: str, type_: str, **fields: Any) -> Event:
    return {"id": new_id(now), "at": now.isoformat(), "region": region, "type": type_, **fields}
