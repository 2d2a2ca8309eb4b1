"""A plan as plain as can be: one step, a fixed rate, one origin. Importable, so that sending processes find it."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from meridian.loadtest.outcomes import outcome
from meridian.loadtest.plan import Answer, Arrival, Ask, Origin, Seen, Shard, StepFacts


@dataclass
class PlainPlan:
    """rate: arrivals a second. flow: requests of each arrival, `think` seconds apart. prepares: seconds that preparing takes.
    breaks: the arrival at which its own code fails."""

    origins: Sequence[Origin]
    rate: float = 100.0
    seconds: float = 1.0
    closed: int = 0
    timeout: float = 2.0
    path: str = "/"
    method: str = "GET"
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    repeatable: bool = True
    flow: int = 1
    think: float = 0.0
    breaks: int = -1
    prepares: float = 0.0
    steps: Sequence[StepFacts] = field(default_factory=lambda: (StepFacts("ask", "app", "GET /"),))

    def prepare(self, shard: Shard, told: Callable[[int, int], None] | None = None) -> None:
        until = time.monotonic() + self.prepares
        while time.monotonic() < until:
            if told is not None:
                told(3, 4)

    def arrivals(self, shard: Shard) -> Iterator[Arrival]:
        number = shard.index
        while self.closed or number / self.rate < self.seconds:
            yield Arrival(number, 0.0 if self.closed else number / self.rate)
            number += shard.count

    def begin(self, number: int) -> Ask | None:
        if number == self.breaks:
            raise LookupError(f"no user {number}")
        return self._ask(number, 1)

    def judge(self, ask: Ask, answer: Answer) -> Seen:
        kind = outcome(answer.status)
        detail = answer.detail or ("" if kind == "ok" else str(answer.status))
        return Seen(kind, "here" if answer.status > 0 else "", "", detail)

    def follow(self, ask: Ask, answer: Answer) -> tuple[float, Ask] | None:
        if ask.state == self.flow or answer.status <= 0:
            return None
        return self.think, self._ask(ask.number, ask.state + 1)

    def _ask(self, number: int, turn: int) -> Ask:
        place = number % len(self.origins)
        return Ask(
            number, 0, place, "EU", self.method, self.path, self.headers, self.body, self.repeatable, turn
        )


def origin(port: int, **more: object) -> Origin:
    return Origin("EU", "127.0.0.1", port, f"127.0.0.1:{port}", **more)  # type: ignore[arg-type]
