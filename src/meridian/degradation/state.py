"""Where the levels stand: what PostgreSQL holds of a region (or of everywhere), and what of it the edges are compiled with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

EVERYWHERE = ""
"""Stands for all regions, where a region's name could stand."""
HIGHEST = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """region: or EVERYWHERE. automatic: the level the rules came to. manual: the least level by a person's order; None: no order.
    changed_at: when either was last changed. told_at: when a person last did; the rules' clocks begin anew then.
    since: when the level that is in force began. why: a sentence. by: who brought it there."""

    region: str
    automatic: int = 0
    manual: int | None = None
    changed_at: datetime | None = None
    told_at: datetime | None = None
    since: datetime | None = None
    why: str = ""
    by: str = ""

    @property
    def level(self) -> int:
        return max(self.automatic, self.manual or 0)


@dataclass(frozen=True, slots=True)
class DegradationState:
    """levels: region or EVERYWHERE -> its level, where it is not 0."""

    levels: Mapping[str, int] = field(default_factory=dict)

    def of(self, region: str) -> int:
        """The level that holds for what this region serves."""
        return max(self.levels.get(EVERYWHERE, 0), self.levels.get(region, 0))

    @property
    def compared(self) -> tuple[tuple[str, int], ...]:
        """The same for equal states, and hashable."""
        return tuple(sorted(self.levels.items()))


NO_STATE = DegradationState()


def where(region: str) -> str:
    """For a sentence."""
    return region or "everywhere"
