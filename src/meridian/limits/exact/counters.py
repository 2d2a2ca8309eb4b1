"""What every store of exact counters offers: all limits of a request are taken together, or none is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from meridian.limits.exact import gcra
from meridian.limits.quota import Quota


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit as it applies to somebody. name: of its counter: the policy's, and the counter's generation where it was reset.
    must: whether only the shared store may admit; without, the process decides by its own counters while the store is away."""

    name: str
    quota: Quota
    must: bool = False
    pace: gcra.Pace = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pace", gcra.pace(self.quota))


@dataclass(frozen=True, slots=True)
class Charge:
    """What a request takes from one limit. owner: whose counter; every charge of a request has the same."""

    owner: str
    limit: Limit
    hits: int = 1

    @property
    def key(self) -> str:
        return f"{self.owner}:{self.limit.name}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a limit stands after the answer. remaining: requests that would pass now. retry: seconds until the request would pass
    (0: it does; infinite: never, it asks for more than the bucket holds). reset: seconds until the bucket is full."""

    remaining: int
    retry: float
    reset: float


@dataclass(frozen=True, slots=True)
class Answer:
    """standings: in the order of the charges. local: decided by this process's counters, because the shared store was away.
    closed: nothing was decided at all: the store was away and a charge must not pass without it."""

    admitted: bool
    standings: tuple[Standing, ...] = ()
    local: bool = False
    closed: bool = False


Answered = Callable[[Answer], None]


class Counters(Protocol):
    """Answers arrive by a call and not by an awaitable, which would cost a task for each request."""

    def take(self, charges: Sequence[Charge], answered: Answered, since: float = 0.0) -> None:
        """Takes all charges or none. Calls `answered` once: at once, or within the store's deadline. since: when the
        request came, by `time.monotonic`, where it has waited already."""

    def peek(self, charges: Sequence[Charge], answered: Answered, since: float = 0.0) -> None:
        """What `take` would answer, without taking anything."""


def answer(charges: Sequence[Charge], tats: Sequence[int], now: int, admitted: bool) -> Answer:
    """tats: after the charges where they were admitted, before them where they were not."""
    return Answer(
        admitted,
        tuple([_standing(each, tat, now, admitted) for each, tat in zip(charges, tats, strict=True)]),
    )


def _standing(charge: Charge, tat: int, now: int, admitted: bool) -> Standing:
    pace = charge.limit.pace
    wait = 0.0 if admitted else gcra.retry(tat, pace, charge.hits, now)
    ahead = gcra.ahead(tat, pace, now)
    return Standing((pace.refill - ahead) // pace.interval, wait, ahead / gcra.SECOND)
