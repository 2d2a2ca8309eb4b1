"""What a scenario hands to the engine that sends it: who asks for what and when, and what an answer means.

The engine knows nothing of users, steps or regions; a scenario knows nothing of sockets. Everything about arrival `n` follows
from the seed and `n` alone, so that shards, wherever they run, send together exactly what one process would have sent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

BROKE, TIMED_OUT = 0, -1
"""Statuses of requests without an answer."""


@dataclass(frozen=True, slots=True)
class Shard:
    """The part of a run whose arrival numbers leave `index` when divided by `count`."""

    index: int = 0
    count: int = 1

    def within(self, index: int, count: int) -> "Shard":
        """Part `index` of `count` of this part: what one of its processes sends."""
        return Shard(self.index + self.count * index, self.count * count)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where requests go: one edge. name: of its region. authority: the host header. ca: a file with the authorities to trust;
    empty: the machine's."""

    name: str
    host: str
    port: int
    authority: str
    tls: bool = False
    http: Literal[1, 2] = 1
    ca: str = ""


@dataclass(frozen=True, slots=True)
class StepFacts:
    """A step as reports name it. service: the service behind it, as the configuration calls it."""

    name: str
    service: str
    request: str


class Arrival(NamedTuple):
    """number: counted over all shards. at: seconds after the start at which it is due; 0 in a closed model."""

    number: int
    at: float


@dataclass(slots=True)
class Ask:
    """One request. number: of its arrival. step, origin: places in the plan's lists. region: the user's home region, under
    which it is filed. repeatable: whether it may go out again where a kept connection was closed without an answer (RFC
    9110, section 9.2.2). state: the scenario's own."""

    number: int
    step: int
    origin: int
    region: str
    method: str
    path: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    repeatable: bool
    state: Any = None


@dataclass(slots=True)
class Answer:
    """status: 0 when the connection broke, -1 after the time limit. head: header lines as they came, lower-case names not
    promised. detail: why there is no answer, in a few words. ms: since it was due. body: its first 64 KB. size: bytes of the
    whole body."""

    status: int
    head: bytes = b""
    body: bytes = b""
    detail: str = ""
    ms: float = 0.0
    size: int = 0


class Seen(NamedTuple):
    """What an answer means. location: which answered; empty where nobody did. version: of the app that answered. detail: what was
    wrong, bounded in its variety (a check's name, a status, an error of the operating system)."""

    outcome: str
    location: str = ""
    version: str = ""
    detail: str = ""


class Plan(Protocol):
    """A scenario, resolved against a target. Pickled to each process that sends.

    seconds: how long arrivals go on. closed: 0 in an open model, else how many users ask in turn, each again after its answer.
    timeout: seconds after which an answer is not waited for any longer."""

    steps: Sequence[StepFacts]
    origins: Sequence[Origin]
    seconds: float
    closed: int
    timeout: float

    def prepare(self, shard: Shard, told: Callable[[int, int], None] | None = None) -> None:
        """Makes what is slow (tokens) before the start; called once in each process.

        told: called now and then with how many users of how many are ready."""

    def arrivals(self, shard: Shard) -> Iterator[Arrival]:
        """This shard's, in order of time. In a closed model without end: one is taken whenever a user is free."""

    def begin(self, number: int) -> Ask | None:
        """The first request of an arrival."""

    def judge(self, ask: Ask, answer: Answer) -> Seen: ...

    def follow(self, ask: Ask, answer: Answer) -> tuple[float, Ask] | None:
        """Seconds of thought, and the next request of the same arrival; None at its end."""
