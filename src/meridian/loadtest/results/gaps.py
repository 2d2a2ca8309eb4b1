"""How long a region's users got nothing: intervals without any success, to the millisecond."""

from collections.abc import Sequence
from dataclasses import dataclass

from meridian.loadtest.record import Record


@dataclass(frozen=True, slots=True)
class Gap:
    """since, until: of the last success before and the first one after, in seconds after the start; until: the end of what was
    looked at where none came (ended False). usual: the median interval between two successes in the time looked at, in seconds."""

    region: str
    since: float
    until: float
    usual: float
    ended: bool

    @property
    def ms(self) -> float:
        return round((self.until - self.since) * 1000, 3)


def gaps(record: Record, region: str, since: float, until: float) -> Sequence[Gap]:
    """The intervals in this time that are conspicuously longer than usual at the region's rate, in order of time. since, until: seconds
    after the start."""
    raise NotImplementedError
