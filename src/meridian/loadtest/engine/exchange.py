"""One request on its way: the same object from the moment it is due until its answer is judged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from meridian.loadtest.plan import Answer, Ask

BODY_KEPT = 64 * 1024
"""Bytes of an answer's body that checks can see; the rest is counted and dropped, so that memory stays flat."""


@dataclass(slots=True, eq=False)
class Exchange:
    """due, deadline: seconds after the start. over: it has its answer, or nobody waits for one any longer. resent: it went out
    a second time. carrier: the connection it went out on."""

    ask: Ask
    due: float
    deadline: float
    done: "Callable[[Exchange, Answer], None]"
    over: bool = False
    resent: bool = False
    carrier: "Carrier | None" = None


class Carrier(Protocol):
    """A connection, as a pool sees it. room: whether it takes another exchange now. listed: the pool's own mark."""

    room: bool
    listed: bool

    @property
    def capacity(self) -> int:
        """Exchanges that it carries at once."""

    def send(self, exchange: Exchange) -> None: ...

    def give_up(self, exchange: Exchange) -> None:
        """Nobody waits for this answer any longer."""

    def close(self) -> None: ...


class Home(Protocol):
    """Where connections report to: the pool they belong to."""

    def answered(self, exchange: Exchange, answer: Answer) -> None: ...

    def unanswered(self, exchange: Exchange, detail: str, *, untouched: bool) -> None:
        """The connection ended first. untouched: it had been kept from an earlier answer, and nothing of this one had come."""

    def freed(self, carrier: Carrier) -> None:
        """There is room on it."""

    def withdrawn(self, carrier: Carrier) -> None:
        """It takes no more exchanges, though some may be under way on it."""

    def lost(self, carrier: Carrier) -> None:
        """It is closed. Told once, after everything else about it."""
