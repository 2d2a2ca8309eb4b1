"""How often each of very many did one action lately: whoever is active enough is in the sample whatever the share.

Limits refuse the few who do much, and a share of the few says little. Only counts are kept, of everybody and for a span of
ten minutes; where there are too many, the lowest are forgotten.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zlib import crc32

SPAN = 600.0
"""Seconds."""
MOST = 30_000
EARLY = 3
"""Of whoever gets so far, it is kept when."""


@dataclass(slots=True)
class Activity:
    """Keys are a rank, and the mark of an action laid over it. counts: key -> how often in the span. early: key -> when for the
    third time, in seconds since 1970. told: how many were recorded of whoever is not in the sample any more."""

    most: int = MOST
    counts: Counter[int] = field(default_factory=Counter)
    early: dict[int, float] = field(default_factory=dict)
    told: dict[int, int] = field(default_factory=dict)
    marks: dict[str | None, int] = field(default_factory=lambda: {None: 0})
    """Action -> 32 bits."""
    _began: float = 0.0

    def follow(self, now: float) -> None:
        """now: seconds since 1970."""
        if not 0 <= now - self._began < SPAN:
            self._began = now
            self.counts, self.early, self.told = Counter(), {}, {}
        elif len(self.counts) > self.most:
            self._forget()

    def mark(self, action: str | None) -> int:
        return self.marks.setdefault(action, crc32((action or "").encode()))

    def missed(self, key: int, count: int, now: float) -> list[float]:
        """When those were that have not been recorded, but for the one of now: as if they had been spread evenly. count: how many
        they are with it."""
        missed = count - 1 - self.told.get(key, 0)
        step = max(0.0, now - self.early.get(key, now)) / max(1, count - EARLY)
        return [now - step * back for back in range(missed, 0, -1)]

    def leave(self, ranks: Iterable[int], dropped: Mapping[int, int]) -> None:
        """Whoever leaves the sample was recorded until now, but for what is dropped with them (key -> how many)."""
        marks = set(self.marks.values())
        for rank in ranks:
            for mark in marks:
                if count := self.counts.get(rank ^ mark):
                    self.told[rank ^ mark] = count - dropped.get(rank ^ mark, 0)

    def _forget(self) -> None:
        lowest = 1
        while len(self.counts) > self.most // 2:
            self.counts = Counter({key: count for key, count in self.counts.items() if count > lowest})
            lowest += 1
        self.early = {key: at for key, at in self.early.items() if key in self.counts}
        self.told = {key: count for key, count in self.told.items() if key in self.counts}
