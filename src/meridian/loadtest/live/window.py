"""The last seconds of a record that still grows, without what takes room: enough to say who answered whom, how fast,
what failed and when nothing came."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from meridian.loadtest.record import Second

KEPT = 130
"""Seconds: those in which what happened a minute ago may show, and those before it that say what is usual."""


@dataclass(slots=True)
class Window:
    """What reads a record can read it; a second that is older than `KEPT` is empty."""

    _held: dict[int, Second] = field(default_factory=dict)

    def put(self, place: int, second: Second) -> None:
        """In place of what was known of it."""
        self._held[place] = Second(
            latencies=second.latencies,
            due=second.due,
            sent=second.sent,
            lag=second.lag,
            beat=second.beat,
            answered=second.answered,
            failures=second.failures,
            served=second.served,
            trouble=second.trouble,
        )
        for old in [each for each in self._held if each < place - KEPT]:
            del self._held[old]

    @property
    def seconds(self) -> int:
        return max(self._held, default=-1) + 1

    def second(self, place: int) -> Second:
        return self._held.get(place) or Second()

    def __iter__(self) -> Iterator[tuple[int, Second]]:
        yield from sorted(self._held.items())
