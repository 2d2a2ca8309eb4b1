"""The most frequent of very many things, in memory for few.

Misra and Gries (Finding repeated elements, 1982), with the counters lowered in batches as in the Frequent Items sketch of
Apache DataSketches, so that an addition costs a dictionary access on average. Never more than `size` times two things are
held; of `n` additions, a thing that made up more than `n / size` is always among them, and no count is too low by more than
`lowered`.
"""

from collections.abc import Mapping


class HeavyHitters:
    """lowered: by how much a count may be too low."""

    def __init__(self, size: int) -> None:
        self.lowered = 0
        self._size = size
        self._counts: dict[str, int] = {}

    def add(self, counts: Mapping[str, int]) -> None:
        """What -> how many more of it."""
        held = self._counts
        for what, count in counts.items():
            held[what] = held.get(what, 0) + count
            if len(held) > 2 * self._size:
                held = self._lower()

    def top(self, most: int) -> list[tuple[str, int]]:
        """The most frequent with at least how many there were, the first of them first; the rest by name."""
        return sorted(self._counts.items(), key=lambda each: (-each[1], each[0]))[:most]

    def _lower(self) -> dict[str, int]:
        by = sorted(self._counts.values(), reverse=True)[self._size]
        self.lowered += by
        self._counts = {what: count - by for what, count in self._counts.items() if count > by}
        return self._counts
