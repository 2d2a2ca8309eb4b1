"""The present rate of requests of each region, from the counters that its edges report.

A report comes every two seconds without the time it was made at, so the rate is what a counter grew by between two changes
that were seen here. Asked for only before a drain, so nothing is kept meanwhile.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from meridian.core.clock import Clock
from meridian.telemetry.health import Reports

DEADLINE = 5.0
"""Seconds after which an edge whose counter did not change twice is taken to serve nothing new."""
LOOK = 0.1


@dataclass(slots=True)
class _Counter:
    """Of one edge: the values at which it changed, with the times (monotonic seconds)."""

    last: int
    changes: list[tuple[float, int]] = field(default_factory=list)

    def see(self, value: int, at: float) -> None:
        if value == self.last:
            return
        if value < self.last:  # the edge started anew
            self.changes.clear()
        self.last = value
        self.changes.append((at, value))

    def rate(self) -> float | None:
        """None where nothing was ever counted: then nobody counts."""
        if self.last == 0:
            return None
        if len(self.changes) < 2:
            return 0.0
        (start, first), (end, last) = self.changes[0], self.changes[-1]
        return (last - first) / (end - start) if end > start else 0.0


async def measure(
    reports: Callable[[], Reports], clock: Clock, deadline: float = DEADLINE
) -> Mapping[str, float | None]:
    """Region -> requests per second, None for a region one of whose edges does not count. Regions of which no
    edge reports are left out."""
    counters: dict[tuple[str, str], _Counter] = {}
    begun = clock.monotonic()
    while (now := clock.monotonic()) - begun < deadline:
        for region, heard in reports().items():
            for report in heard:
                counters.setdefault((region, report.instance), _Counter(report.requests)).see(
                    report.requests, now
                )
        if counters and all(len(counter.changes) >= 2 for counter in counters.values()):
            break
        await asyncio.sleep(LOOK)
    found: dict[str, float | None] = {}
    for (region, _), counter in counters.items():
        rate = counter.rate()
        known = found.get(region, 0.0)
        found[region] = None if rate is None or known is None else known + rate
    return found
