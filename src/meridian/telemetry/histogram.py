"""How long requests took, in buckets whose width grows with the value (as in HdrHistogram): merging is adding, so that any
percentile of any range is that of all its requests, never a mean of percentiles.

How fine the buckets are is a scale's. Telemetry's is of milliseconds: up to 128 a bucket is one unit wide; above, each
doubling has 64 buckets, so that a bucket's middle is within 0.8 % of every value in it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

EXACT = 128
PER_OCTAVE = 64
LARGEST = 2**27 - 1
"""What is larger counts as this: in milliseconds 37 hours."""

MOST = 2**53
"""No bucket's count is so large."""


@dataclass(frozen=True, slots=True)
class Scale:
    """bucket: of a value that is not negative. middle: the value that stands for a bucket's. buckets: how many there are."""

    bucket: Callable[[int], int]
    middle: Callable[[int], float]
    buckets: int


def scale(bits: int, largest: int) -> Scale:
    """Buckets one unit wide below 2**bits and half as many for each doubling above, so that a middle is within 2**-bits of its
    values. largest: what is larger counts as this."""
    exact, per_octave = 1 << bits, 1 << bits - 1

    def bucket(value: int) -> int:
        if value < exact:
            return value if value > 0 else 0
        if value > largest:
            value = largest
        shift = value.bit_length() - bits
        return shift * per_octave + (value >> shift)

    def middle(bucket: int) -> float:
        if bucket < exact:
            return float(bucket)
        shift = bucket // per_octave - 1
        low = (bucket - shift * per_octave) << shift
        return low + ((1 << shift) - 1) / 2

    return Scale(bucket, middle, bucket(largest) + 1)


MILLISECONDS = scale(7, LARGEST)
bucket, middle = MILLISECONDS.bucket, MILLISECONDS.middle


@dataclass(slots=True)
class Histogram:
    """counts: bucket -> how many."""

    counts: dict[int, int] = field(default_factory=dict)
    scale: ClassVar[Scale] = MILLISECONDS

    @classmethod
    def of(cls, values: Iterable[int]) -> Self:
        made = cls()
        for value in values:
            made.add(value)
        return made

    def add(self, value: int, n: int = 1) -> None:
        place = self.scale.bucket(value)
        self.counts[place] = self.counts.get(place, 0) + n

    def merge(self, counts: Mapping[int, int]) -> None:
        mine = self.counts
        if not mine:
            mine.update(counts)
            return
        for place, n in counts.items():
            mine[place] = mine.get(place, 0) + n

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def percentile(self, share: float) -> float | None:
        """The nearest-rank percentile, as near as the scale is fine; None without values. share: 0 < share <= 1."""
        wanted = share * self.total
        seen = 0
        for place in sorted(self.counts):
            seen += self.counts[place]
            if seen >= wanted - 1e-9:
                return self.scale.middle(place)
        return None

    def mean(self) -> float | None:
        total = self.total
        return (
            sum(self.scale.middle(place) * n for place, n in self.counts.items()) / total if total else None
        )

    def to_json(self) -> list[int]:
        """Bucket, count, bucket, count..., in order."""
        return [each for pair in sorted(self.counts.items()) for each in pair]

    @classmethod
    def from_json(cls, raw: list[int]) -> Self:
        """Raises ValueError or TypeError when it is none."""
        if len(raw) % 2 or len(raw) > 2 * cls.scale.buckets:
            raise ValueError("a histogram is pairs of bucket and count")
        if not all(type(each) is int and 0 <= each < MOST for each in raw):
            raise ValueError("a histogram is pairs of bucket and count, which are whole numbers")
        if any(place >= cls.scale.buckets for place in raw[::2]):
            raise ValueError("a histogram has no such bucket")
        made = cls()
        for place, n in zip(raw[::2], raw[1::2], strict=True):
            made.counts[place] = made.counts.get(place, 0) + n
        return made
