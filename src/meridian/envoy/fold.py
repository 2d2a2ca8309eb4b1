"""What a feature makes of an edge's logs, right there: many lines in, a small record out.

Raw lines never leave the region. The agent follows its logs, gives each line to each fold once, and every few seconds takes
the folds' records, writes them to disk in one step with how far it has read, and ships them to control, which stores each
once. So a fold never counts, and never thinks of restarts: what it holds between two harvests is read again after a crash.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from meridian.core.decision import Decision
from meridian.envoy.snapshot import Json, Snapshot

WINDOW = 10
"""Seconds. Windows begin at multiples of it since 1970."""

Source = Literal["access", "admission"]


@dataclass(frozen=True, slots=True)
class Harvest:
    """records: JSON, each of at most a few 100 kB. decisions: for the journal; one with an id of its own is journalled once,
    even if its line is read again after a crash."""

    records: Sequence[Json] = ()
    decisions: Sequence[Decision] = ()


class Fold(Protocol):
    """source: the log whose lines it gets: of "access" `meridian.envoy.lines.AccessLine`, of "admission" JSON objects."""

    @property
    def source(self) -> Source: ...

    def add(self, window: int, lines: Sequence[Any]) -> None:
        """Lines that began in the window of so many seconds since 1970, roughly in the order in which they ended. Called with
        up to some thousand at once, on the agent's event loop: all folds together have 3 us a line. What can be counted per group
        is cheaper per group: `lines.grouped`, done once for all folds."""

    def harvest(self, now: datetime) -> Harvest:
        """Everything that was added since the last harvest, and then forgets it. Lines of one window may come in two harvests,
        so records of it are to be added up."""


@runtime_checkable
class Live(Protocol):
    """A fold that also tells what is happening right now. What it tells may be lost: what counts is in its records."""

    def pulse(self, now: datetime) -> Json | None:
        """Everything that was added since the last pulse, as JSON of at most some 10 kB; None where there is nothing. Called each
        second, and sent to control at once (`Feature.live`)."""


@dataclass(frozen=True, slots=True)
class EdgeFacts:
    """The edge that folds run in. home: its folder, which no other process writes to; a fold may keep a file there.
    snapshot: the one in force, whose resources hold the settings that a feature compiled for its folds. numbers: what Envoy
    and the agent said of themselves last, by `envoy.agent.numbers`' names; empty while Envoy does not answer."""

    region: str
    instance: str
    home: Path
    snapshot: Callable[[], Snapshot | None] = lambda: None
    numbers: Callable[[], Mapping[str, float]] = dict


Folds = Mapping[str, Callable[[EdgeFacts], Sequence[Fold]]]
"""Feature -> its folds for an edge."""
