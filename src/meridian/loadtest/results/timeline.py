"""Which seconds of a run are judged, and which belong to which phase."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from meridian.loadtest.results.facts import PhaseFacts
from meridian.loadtest.results.summary import Phase

MOST_POINTS = 300
"""Of a series: as many as a chart can show."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """seconds: for which requests were asked."""

    phases: Sequence[PhaseFacts]
    seconds: float

    @property
    def step(self) -> int:
        """Whole seconds from one point of a series to the next."""
        return max(1, math.ceil(self.seconds / MOST_POINTS))

    def warm(self, second: int) -> bool:
        """Whether any of it is warm-up."""
        return any(phase.warm_up and phase.start < second + 1 and phase.end > second for phase in self.phases)

    def judged(self) -> float:
        """Seconds that are."""
        return float(
            sum(
                min(1.0, self.seconds - place)
                for place in range(math.ceil(self.seconds))
                if not self.warm(place)
            )
        )

    def during(self, name: str) -> list[tuple[int, int]]:
        """The whole seconds of the phases that are called so: the first one, and the one after the last."""
        return [whole(phase.start, phase.end) for phase in self.phases if phase.name == name]

    def told(self) -> list[Phase]:
        return [
            {
                "name": each.name,
                "from": each.start,
                "to": each.end,
                "warm_up": each.warm_up,
                "rate": each.rate or None,
            }
            for each in self.phases
        ]


def whole(start: float, end: float) -> tuple[int, int]:
    """The seconds that lie in this time as a whole, as the first one and the one after the last; of a shorter time those
    that it touches."""
    first, after = math.ceil(start - 1e-6), math.floor(end + 1e-6)
    if first < after:
        return first, after
    return math.floor(start), max(math.ceil(end), math.floor(start) + 1)
