"""One kind's last 15 minutes: each second apart for two minutes, before that each ten seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from meridian.telemetry.cube import Cube, Where
from meridian.telemetry.kinds import Kind
from meridian.telemetry.live.columns import Block, Keys, answered, block, merged, renumbered

SPAN = 10
DETAIL = 120
KEPT = 900
"""Seconds: of a span, that seconds stay apart, that anything stays."""


@dataclass(slots=True)
class Span:
    """Ten seconds. seconds: those still apart. base: the others. total: everything, once somebody asked."""

    seconds: dict[int, list[Block]] = field(default_factory=dict)
    base: list[Block] = field(default_factory=list)
    total: Block | None = None

    def blocks(self) -> list[Block]:
        return self.base + [each for several in self.seconds.values() for each in several]


class Lane:
    """Bounded: at most `most` label combinations at a time, beyond which what is new counts as "other"."""

    def __init__(self, kind: Kind, most: int) -> None:
        self.kind = kind
        self.keys = Keys(kind, most)
        self._spans: dict[int, Span] = {}
        self._edge = 0
        self._window: tuple[tuple[int, int], Block] | None = None

    def add(self, second: int, cube: Cube, now: int) -> None:
        """now: the present second; what is too old is forgotten by it."""
        self._age(now)
        start = second - second % SPAN
        if start < now - KEPT:
            return
        span = self._spans.setdefault(start, Span())
        made = block(self.keys, cube)
        if second < now - DETAIL:
            span.base.append(made)
        else:
            span.seconds.setdefault(second, []).append(made)
        span.total = None
        self._window = None

    def warm(self, start: int, cube: Cube) -> None:
        """Ten seconds from history, before anything else of them."""
        span = self._spans.setdefault(start, Span())
        span.base.append(block(self.keys, cube))
        span.total = None
        self._window = None

    def cubes(self, since: int, until: int, by: Sequence[str], where: Where | None) -> Cube:
        """Of the seconds in since <= second < until. Spans that are not apart any more count to the second they begin in."""
        if self._window is None or self._window[0] != (since, until):
            self._window = ((since, until), merged(self.kind, self._parts(since, until)))
        return answered(self.keys, [self._window[1]], by, where)

    def seconds(self) -> Sequence[int]:
        """Of which something is known, ascending; where only ten seconds together are, their first."""
        found: set[int] = set()
        for start, span in self._spans.items():
            found.update(span.seconds)
            if span.base:
                found.add(start)
        return sorted(found)

    def size(self) -> int:
        """Cells held."""
        return sum(len(each.cells) for span in self._spans.values() for each in span.blocks())

    def _parts(self, since: int, until: int) -> list[Block]:
        parts: list[Block] = []
        for start in range(since - since % SPAN, until, SPAN):
            span = self._spans.get(start)
            if span is None:
                continue
            if since <= start and start + SPAN <= until:
                parts.append(self._total(span))
                continue
            if since <= start:
                parts += span.base
            for second, several in span.seconds.items():
                if since <= second < until:
                    parts += several
        return parts

    def _total(self, span: Span) -> Block:
        if span.total is None:
            span.total = merged(self.kind, span.blocks())
        return span.total

    def _age(self, now: int) -> None:
        """Once in ten seconds: folds what is no longer kept apart, and forgets what is too old."""
        if now < self._edge + SPAN and now >= self._edge:
            return
        self._edge = now
        for start in [each for each in self._spans if each < now - KEPT - SPAN or each > now + SPAN]:
            del self._spans[start]
        for start, span in self._spans.items():
            if span.seconds and start + SPAN <= now - DETAIL:
                span.base, span.seconds = [self._total(span)], {}
        self._window = None
        if self.keys.full:
            self._renumber()

    def _renumber(self) -> None:
        """Forgets label combinations that nothing here has any more."""
        held = [each for span in self._spans.values() for each in span.blocks()]
        used = (
            np.unique(np.concatenate([each.cells for each in held])) if held else np.array([], dtype=np.int64)
        )
        fresh = Keys(self.kind, self.keys.most)
        number = np.zeros(len(self.keys.labels), dtype=np.int64)
        for key in used.tolist():
            number[key] = fresh.number(self.keys.labels[key])
        old, self.keys = self.keys, fresh
        del old
        for span in self._spans.values():
            span.total = None
            span.base = [renumbered(self.kind, fresh, number, each) for each in span.base]
            span.seconds = {
                second: [renumbered(self.kind, fresh, number, each) for each in several]
                for second, several in span.seconds.items()
            }
