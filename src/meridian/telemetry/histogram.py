"""How long requests took, in buckets whose width grows with the value (as in HdrHistogram): merging is adding, so that any
percentile of any range is that of all its requests, never a mean of percentiles.

Up to 128 a bucket is one unit wide; above, each doubling has 64 buckets, so that a bucket's middle is within 0.8 % of every
value in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

EXACT = 128
PER_OCTAVE = 64
LARGEST = 2**27 - 1
"""What is larger counts as this: in milliseconds 37 hours."""

MOST = 2**53
"""No bucket's count is so large."""


def bucket(value: int) -> int:
    """value: not negative."""
    if value < EXACT:
        return max(value, 0)
    shift = min(value, LARGEST).bit_length() - 7
    return shift * PER_OCTAVE + (min(value, LARGEST) >> shift)


def middle(bucket: int) -> float:
    """The value that stands for the bucket's."""
    if bucket < EXACT:
        return float(bucket)
    shift = bucket // PER_OCTAVE - 1
    low = (bucket - shift * PER_OCTAVE) << shift
    return low + ((1 << shift) - 1) / 2


@dataclass(slots=True)
class Histogram:
    """counts: bucket -> how many."""

    counts: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Iterable[int]) -> "Histogram":
        made = cls()
        for value in values:
            made.add(value)
        return made

    def add(self, value: int, n: int = 1) -> None:
        place = bucket(value)
        self.counts[place] = self.counts.get(place, 0) + n

    def merge(self, counts: Mapping[int, int]) -> None:
        mine = self.counts
        for place, n in counts.items():
            mine[place] = mine.get(place, 0) + n

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def percentile(self, share: float) -> float | None:
        """The nearest-rank percentile, within 0.8 %; None without values. share: 0 < share <= 1."""
        wanted = share * self.total
        seen = 0
        for place in sorted(self.counts):
            seen += self.counts[place]
            if seen >= wanted - 1e-9:
                return middle(place)
        return None

    def mean(self) -> float | None:
        total = self.total
        return sum(middle(place) * n for place, n in self.counts.items()) / total if total else None

    def to_json(self) -> list[int]:
        """Bucket, count, bucket, count..., in order."""
        return [each for pair in sorted(self.counts.items()) for each in pair]

    @classmethod
    def from_json(cls, raw: list[int]) -> "Histogram":
        """Raises ValueError or TypeError when it is none."""
        if len(raw) % 2 or len(raw) > 2 * (bucket(LARGEST) + 1):
            raise ValueError("a histogram is pairs of bucket and count")
        if not all(type(each) is int and 0 <= each < MOST for each in raw):
            raise ValueError("a histogram is pairs of bucket and count, which are whole numbers")
        if any(place > bucket(LARGEST) for place in raw[::2]):
            raise ValueError("a histogram has no such bucket")
        made = cls()
        for place, n in zip(raw[::2], raw[1::2], strict=True):
            made.counts[place] = made.counts.get(place, 0) + n
        return made
