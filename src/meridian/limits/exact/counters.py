"""What every store of exact counters offers: all limits of a request are taken together, or none is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from meridian.limits.exact import gcra
from meridian.limits.quota import Quota


@dataclass(frozen=True, slots=True)
class Charge:
    """What a request takes from one limit.

    owner: whose counter; every charge of a request has the same. name: the limit, and the counter's generation where it
    was reset. must: whether only the shared store may admit it; without, the process decides by its own counters while the store
    is away."""

    owner: str
    name: str
    quota: Quota
    hits: int = 1
    must: bool = False

    @property
    def key(self) -> str:
        return f"{self.owner}:{self.name}"


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

    def take(self, charges: Sequence[Charge], answered: Answered) -> None:
        """Takes all charges or none. Calls `answered` once: at once, or within the store's deadline."""

    def peek(self, charges: Sequence[Charge], answered: Answered) -> None:
        """What `take` would answer, without taking anything."""


def standing(charge: Charge, tat: int, now: int, admitted: bool) -> Standing:
    """tat: after the charge where it was admitted, before it where it was not."""
    pace = gcra.pace(charge.quota)
    wait = 0.0 if admitted else gcra.retry(tat, pace, charge.hits, now)
    return Standing(gcra.remaining(tat, pace, now), wait, gcra.reset(tat, pace, now))


def answer(
    charges: Sequence[Charge], tats: Sequence[int], now: int, admitted: bool, local: bool = False
) -> Answer:
    found = tuple(standing(each, tat, now, admitted) for each, tat in zip(charges, tats, strict=True))
    return Answer(admitted, found, local)
