"""A target without sockets and a clock without waiting. How long an answer takes follows from the seed and the arrival."""

import heapq
import random
from dataclasses import dataclass, field

from meridian.loadtest.engine.exchange import Exchange
from meridian.loadtest.engine.sender import NEVER, Sender
from meridian.loadtest.plan import TIMED_OUT, Answer, Plan, Shard
from meridian.loadtest.record import Record


@dataclass
class Target:
    """seed: of its latencies. most: the exchanges it was asked to answer at one time."""

    seed: int = 1
    now: float = 0.0
    asked: int = 0
    most: int = 0
    pending: list[tuple[float, int, Exchange, Answer]] = field(default_factory=list)

    def send(self, exchange: Exchange) -> None:
        chance = random.Random(f"{self.seed}/{exchange.ask.number}/{exchange.ask.state}")
        latency = min(chance.expovariate(20), exchange.deadline - exchange.due)
        timed_out = latency == exchange.deadline - exchange.due
        answer = Answer(TIMED_OUT if timed_out else chance.choice((200, 200, 200, 429, 503)))
        self.asked += 1
        heapq.heappush(self.pending, (self.now + latency, self.asked, exchange, answer))
        self.most = max(self.most, len(self.pending))

    @property
    def next(self) -> float:
        """When the next answer comes."""
        return self.pending[0][0] if self.pending else NEVER

    def answer(self) -> None:
        """Gives the next answer, if there is one."""
        if self.pending:
            _, _, exchange, told = heapq.heappop(self.pending)
            exchange.done(exchange, told)


WHOLE = Shard()


def simulate(plan: Plan, shard: Shard = WHOLE, seed: int = 1) -> tuple[Record, Target]:
    """The run to its end."""
    target, record = Target(seed), Record(plan.timeout)
    sender = Sender(plan, shard, record, target, lambda: target.now)
    while not sender.through:
        due = sender.turn(target.now)
        target.now = max(target.now, min(due, target.next))
        if target.next <= due:
            target.answer()
    return record, target
