"""One kind's last 15 minutes: each second apart for two minutes, before that each ten seconds.

The same few questions come again each second, about ranges that moved on by one. So each stretch of time keeps its answers, which
are small, and a question adds up those of its range; only the stretches that got something new are gone through again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from meridian.telemetry.cube import Cube, Where
from meridian.telemetry.kinds import Kind
from meridian.telemetry.live.columns import (
    Block,
    Grouping,
    Keys,
    cube,
    grouped,
    merged,
    renumbered,
    together,
)

SPAN = 10
DETAIL = 120
KEPT = 900
"""Seconds: of a span, that seconds stay apart, that anything stays."""
QUESTIONS = 128
"""Ways of grouping that are remembered."""

Question = tuple[tuple[str, ...], frozenset[tuple[str, frozenset[str]]], bool]
"""by, where, and whether histograms and distinct counts are wanted."""


@dataclass(slots=True)
class Stretch:
    """Some time that is asked about as a whole. answers: to questions asked before."""

    blocks: list[Block] = field(default_factory=list)
    answers: dict[Question, Block] = field(default_factory=dict)

    def add(self, more: Block) -> None:
        self.blocks.append(more)
        self.answers.clear()

    def answer(self, kind: Kind, question: Question, grouping: Grouping) -> Block:
        found = self.answers.get(question)
        if found is None:
            if len(self.blocks) > 1:
                self.blocks = [together(kind, self.blocks)]
            while len(self.answers) >= QUESTIONS:
                del self.answers[next(iter(self.answers))]
            found = self.answers[question] = grouped(kind, grouping, together(kind, self.blocks), question[2])
        return found


@dataclass(slots=True)
class Span:
    """Ten seconds. seconds: those still apart. base: what came when they were apart no more. whole: all of it, once somebody
    asked."""

    seconds: dict[int, Stretch] = field(default_factory=dict)
    base: Stretch = field(default_factory=Stretch)
    whole: Stretch | None = None

    def blocks(self) -> list[Block]:
        return self.base.blocks + [one for each in self.seconds.values() for one in each.blocks]

    def all(self) -> Stretch:
        if self.whole is None:
            self.whole = Stretch(self.blocks()) if self.seconds else self.base
        return self.whole


class Lane:
    """Bounded: at most `most` label combinations at a time, beyond which what is new counts as "other"."""

    def __init__(self, kind: Kind, most: int) -> None:
        self.kind = kind
        self.keys = Keys(kind, most)
        self._spans: dict[int, Span] = {}
        self._groupings: dict[Question, Grouping] = {}
        self._aged = 0

    def add(self, second: int, more: Block) -> None:
        """more: with this lane's present `keys`."""
        start = second - second % SPAN
        span = self._spans.setdefault(start, Span())
        # A span whose seconds are together already takes what comes late as a whole.
        apart = span.seconds or not span.base.blocks
        stretch = span.seconds.setdefault(second, Stretch()) if apart else span.base
        stretch.add(more)
        span.whole = None

    def warm(self, start: int, more: Block) -> None:
        """Ten seconds from history, that nobody told apart."""
        span = self._spans.setdefault(start, Span())
        span.base.add(more)
        span.whole = None

    def cubes(
        self, since: int, until: int, by: Sequence[str], where: Where | None, sketches: bool = True
    ) -> Cube:
        """Of the seconds in since <= second < until; ten that are not apart any more count to their first. sketches: without
        them, cells have sums only. Raises KeyError for a label that the kind does not have."""
        question, grouping = self._grouping(by, where, sketches)
        found = [each.answer(self.kind, question, grouping) for each in self._stretches(since, until)]
        return cube(self.kind, grouping.labels, merged(self.kind, found))

    def begins(self, since: int, until: int) -> Mapping[int, int]:
        """When each second of which something is known begins, or each ten that are together -> how many seconds it is."""
        found: dict[int, int] = {}
        for start, span in self._spans.items():
            if span.base.blocks:
                found[start] = SPAN
            for second in () if span.base.blocks else span.seconds:
                found[second] = 1
        return {begin: found[begin] for begin in sorted(found) if since <= begin < until}

    def size(self) -> int:
        """Cells held."""
        return sum(len(each.cells) for span in self._spans.values() for each in span.blocks())

    def _grouping(self, by: Sequence[str], where: Where | None, sketches: bool) -> tuple[Question, Grouping]:
        wanted = {label: frozenset(values) for label, values in (where or {}).items()}
        question = (tuple(by), frozenset(wanted.items()), sketches)
        grouping = self._groupings.pop(question, None) or Grouping(self.keys, by, wanted)
        self._groupings[question] = grouping
        if len(self._groupings) > QUESTIONS:
            forgotten = next(iter(self._groupings))
            del self._groupings[forgotten]
            for span in self._spans.values():
                for each in (span.base, span.whole, *span.seconds.values()):
                    if each is not None:
                        each.answers.pop(forgotten, None)
        return question, grouping

    def _stretches(self, since: int, until: int) -> list[Stretch]:
        found: list[Stretch] = []
        for start in range(since - since % SPAN, until, SPAN):
            span = self._spans.get(start)
            if span is None:
                continue
            if since <= start and start + SPAN <= until:
                found.append(span.all())
                continue
            if since <= start and span.base.blocks:
                found.append(span.base)
            found += [each for second, each in span.seconds.items() if since <= second < until]
        return found

    def age(self, now: int) -> None:
        """Call it before anything is added. Once in ten seconds it puts together what is no longer kept apart, and forgets what
        is too old. now: the present second."""
        if self._aged <= now < self._aged + SPAN:
            return
        self._aged = now
        for start in [each for each in self._spans if each < now - KEPT - SPAN or each > now + SPAN]:
            del self._spans[start]
        for start, span in self._spans.items():
            if span.seconds and start + SPAN <= now - DETAIL:
                answers = span.all().answers
                span.base = Stretch([merged(self.kind, span.blocks())], answers)
                span.seconds, span.whole = {}, None
        if self.keys.full:
            self._renumber()

    def _renumber(self) -> None:
        """Forgets label combinations that nothing here has any more."""
        held = [each.cells for span in self._spans.values() for each in span.blocks()]
        fresh = Keys(self.kind, self.keys.most)
        number = np.zeros(len(self.keys.labels), dtype=np.int64)
        for key in np.unique(np.concatenate(held)).tolist() if held else ():
            number[key] = fresh.number(self.keys.labels[key])
        self.keys, self._groupings = fresh, {}
        for span in self._spans.values():
            span.whole = None
            for each in (span.base, *span.seconds.values()):
                each.answers.clear()
                each.blocks = [renumbered(one, number) for one in each.blocks]
