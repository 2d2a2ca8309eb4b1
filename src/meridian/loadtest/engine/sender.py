"""What is sent when, and what is written down about it: the engine without sockets and without a clock of its own.

Its caller tells it the time and hands it the answers, so that a test can run an hour in a moment, and two runs over a simulated
target give the same record. All times are seconds after the start of the run.

Open model: what is due goes out, whether or not anything has been answered. Closed model: each user's next arrival follows the
end of the user's last one. In both, latency counts from when a request was due: also when the sender itself was late.
"""

import heapq
from collections.abc import Callable, Iterator
from typing import Protocol

from meridian.loadtest.engine.exchange import Exchange
from meridian.loadtest.outcomes import CHECK
from meridian.loadtest.plan import Answer, Arrival, Ask, Plan, Seen, Shard
from meridian.loadtest.record import Key, Record

BATCH = 32
"""Requests written in a row before answers are read again; about a millisecond's worth."""

NEVER = float("inf")
NOTHING_MORE = -1.0


class Transport(Protocol):
    def send(self, exchange: Exchange) -> None:
        """Returns at once; `exchange.done` is called exactly once, now or later, unless everything is closed before."""


class Sender:
    """clock: seconds after the start. sooner: told when an answer makes something due before all that was known.
    under_way: requests without an answer."""

    def __init__(
        self,
        plan: Plan,
        shard: Shard,
        record: Record,
        transport: Transport,
        clock: Callable[[], float],
        sooner: Callable[[float], None] = lambda due: None,
    ) -> None:
        self.under_way = 0
        self._sooner = sooner
        self._plan = plan
        self._record = record
        self._transport = transport
        self._clock = clock
        self._arrivals: Iterator[Arrival] = iter(plan.arrivals(shard))
        self._next: Arrival | None = None
        self._later: list[tuple[float, int, Ask | None]] = []
        self._order = 0
        self._lag = 0.0
        self._until = plan.seconds
        if plan.closed:
            for _ in range(shard.index, plan.closed, shard.count):
                self._put(0.0, None)
        else:
            self._next = next(self._arrivals, None)

    @property
    def through(self) -> bool:
        """Nothing more will go out, and nothing is waited for."""
        return self.due == NEVER and not self.under_way

    @property
    def due(self) -> float:
        """When the next request goes out, as far as is known now."""
        later = self._later[0][0] if self._later else NEVER
        return min(later, self._next.at) if self._next is not None else later

    def turn(self, now: float) -> float:
        """Sends what is due, at most a batch. When to call again, which may be in the past; NEVER: when an answer has come."""
        for _ in range(BATCH):
            later = self._later[0][0] if self._later else NEVER
            arrival = self._next
            if arrival is not None and arrival.at <= later:
                if arrival.at > now:
                    return arrival.at
                self._next = next(self._arrivals, None)
                self._begin(arrival.number, arrival.at)
            elif later > now:
                return later
            else:
                self._turn_of(heapq.heappop(self._later))
        return self.due

    def stop(self) -> None:
        """Nothing more goes out."""
        self._until = NOTHING_MORE
        self._next = None
        self._later.clear()
        self._arrivals = iter(())

    def fresh_lag(self) -> float:
        """Seconds; the longest since the last call."""
        lag, self._lag = self._lag, 0.0
        return lag

    def _turn_of(self, later: tuple[float, int, Ask | None]) -> None:
        due, _, ask = later
        if ask is not None:
            self._send(ask, due)
        elif (arrival := next(self._arrivals, None)) is not None:
            self._begin(arrival.number, due)

    def _begin(self, number: int, due: float) -> None:
        ask = self._plan.begin(number)
        if ask is not None:
            self._send(ask, due)
        elif self._plan.closed:
            self._put(self._clock(), None)

    def _send(self, ask: Ask, due: float) -> None:
        record, now = self._record, self._clock()
        record.due(due)
        lag = max(now - due, 0.0)
        self._lag = max(self._lag, lag)
        deadline = due + self._plan.timeout
        if (
            now > deadline
        ):  # too late for the user who would have asked: it is missing, and the record says so
            self._free()
            return
        self.under_way += 1
        self._transport.send(Exchange(ask, due, deadline, self._answered))
        record.sent(due, lag)

    def _answered(self, exchange: Exchange, answer: Answer) -> None:
        now = self._clock()
        self.under_way -= 1
        ask, due = exchange.ask, exchange.due
        answer.ms = (now - due) * 1000
        then = None
        try:
            seen = self._plan.judge(ask, answer)
            then = self._plan.follow(ask, answer)
        except Exception as error:  # noqa: BLE001 - a scenario's own code, which must not take the run along
            seen = Seen(CHECK, detail=f"the scenario failed with {type(error).__name__}")
        key = Key(ask.step, ask.region, seen.location, seen.version, seen.outcome)
        self._record.sample(due, now, key, ask.number, seen.detail)
        if then is not None and now + then[0] < self._until:
            self._put(now + then[0], then[1])
        elif then is None:
            self._free()

    def _free(self) -> None:
        """An arrival came to its end; in a closed model its user takes the next."""
        now = self._clock()
        if self._plan.closed and now < self._until:
            self._put(now, None)

    def _put(self, due: float, ask: Ask | None) -> None:
        """ask: None where a user takes the next arrival."""
        if due < self.due:
            self._sooner(due)
        self._order += 1
        heapq.heappush(self._later, (due, self._order, ask))
