"""The clock that counters are kept in: the shared store's, as well as it is known here.

Every edge's counters meet in one Redis, so one clock must count, and it is Redis's own (`TIME` inside the script), not the
edges': theirs may differ by more than a short window. This process keeps its mirror in the same clock, by the difference that
each answer shows; the error is at most the time that the answer took. Without a store it is civil time as it was at the start,
moved on by the monotonic clock, which no correction makes jump.
"""

import time
from collections.abc import Callable

from meridian.limits.exact.gcra import SECOND


class StoreClock:
    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, civil: Callable[[], float] = time.time
    ) -> None:
        self._monotonic = monotonic
        self._offset = int((civil() - monotonic()) * SECOND)

    def now(self) -> int:
        """Microseconds since 1970."""
        return int(self._monotonic() * SECOND) + self._offset

    def told(self, theirs: int, sent: float) -> None:
        """The store said what time it is. sent: the monotonic reading when it was asked, in seconds; it read its clock between
        then and now, at a moment taken to be in the middle."""
        middle = (sent + self._monotonic()) / 2
        self._offset = theirs - int(middle * SECOND)
