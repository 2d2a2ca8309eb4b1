"""How many different users there were, without keeping who: a HyperLogLog sketch (Apache DataSketches), which merges
without counting anyone twice.

With 2^11 registers the standard error is 1.8 %, in at most 1.1 kB; below about 190 it is exact. What goes in is hashed, and
the sketch says nothing of whom it has seen.
"""

from collections import deque
from collections.abc import Iterable

from datasketches import hll_sketch, hll_union, tgt_hll_type

from meridian.telemetry.sketch import REGISTERS_LOG2, sound

SIZE = REGISTERS_LOG2


class Distinct:
    __slots__ = ("_sketch",)

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._sketch = hll_sketch(SIZE, tgt_hll_type.HLL_4)
        self.update(values)

    def update(self, values: Iterable[str]) -> None:
        deque(map(self._sketch.update, values), maxlen=0)

    def merge(self, other: "Distinct") -> None:
        self._sketch = Distinct.union((self, other))._sketch

    @classmethod
    def union(cls, several: "Iterable[Distinct]") -> "Distinct":
        """All of them together, in one go; they stay as they are."""
        made, union = cls(), hll_union(SIZE)
        for each in several:
            union.update(each._sketch)
        made._sketch = union.get_result(tgt_hll_type.HLL_4)
        return made

    @property
    def empty(self) -> bool:
        return bool(self._sketch.is_empty())

    @classmethod
    def united(cls, several: Iterable[bytes]) -> "Distinct":
        """The same of what `to_bytes` gave, for bytes that nobody else could have changed: a month has thousands."""
        made, union = cls.__new__(cls), hll_union(SIZE)
        for each in several:
            union.update(hll_sketch.deserialize(each))
        made._sketch = union.get_result(tgt_hll_type.HLL_4)
        return made

    def estimate(self) -> float:
        return float(self._sketch.get_estimate())

    def to_bytes(self) -> bytes:
        return bytes(self._sketch.serialize_compact())

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Distinct":
        """Raises ValueError when it is none."""
        made = cls.__new__(cls)
        if not sound(raw):
            raise ValueError(
                f"this is no sketch of distinct values: {len(raw)} bytes that do not fit together"
            )
        try:
            made._sketch = hll_sketch.deserialize(raw)
        except (RuntimeError, ValueError, TypeError) as error:
            raise ValueError(f"this is no sketch of distinct values: {str(error)[:100]}") from None
        return made
