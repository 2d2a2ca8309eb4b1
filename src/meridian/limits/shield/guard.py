"""The shields at work: judges what is asked, remembers it, and shares it with the other edges where there is a Redis.

Without Redis everything is judged at once on this process's memory. With it, in rounds: what has come together is read in one go,
judged in the order in which it came, and written in one go, each track only if nobody has changed it since it was read. What was
changed by another edge in between is judged again in the next round; doing a thing twice is doing it once (`judge.py`). So two
edges together let as few guesses through as one, and five hundred at once cost one round.

A Redis that is away or late stops nothing: the round goes on with this process's memory, which knows all that it has read or
written. When Redis is back, or is back empty, the newer of both memories counts. Meanwhile each of N edges allows its own
attempts.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from meridian.limits.exact.line import Line
from meridian.limits.settings import Shield
from meridian.limits.shield import judge
from meridian.limits.shield.book import Book
from meridian.limits.shield.judge import Lifted, Subject, Verdict, View, Who
from meridian.limits.shield.remote import Remote
from meridian.limits.shield.track import Track, joined

_ROUNDS = 4
"""After so many rounds in which another edge was faster, this edge's own memory decides."""
_MOST_TICKETS = 100_000
"""Attempts whose outcome is awaited; the oldest are then told apart no more."""


@dataclass(frozen=True, slots=True)
class Change:
    """A block that began or ended. at, until: seconds since 1970."""

    event: str
    subject: Subject
    at: float
    until: float
    blocks: int


@dataclass(slots=True)
class _Work:
    """Something to be judged. done: called with the verdict once it stands."""

    everyone: Sequence[Who]
    do: Callable[[View, float], Verdict]
    done: Callable[[Verdict], None]
    since: float
    rounds: int = 0


@dataclass(slots=True)
class Guard:
    """lifted: when an operator last ended a subject's blocks. changed: told of blocks. now: seconds since 1970."""

    book: Book
    lifted: Lifted = lambda subject: 0.0
    changed: Callable[[Change], None] = lambda change: None
    now: Callable[[], float] = time.time
    line: Line | None = None
    _made: int = 0
    _name: str = field(default_factory=lambda: f"{time.time_ns():x}")
    _tickets: OrderedDict[tuple[str, str], list[str]] = field(default_factory=OrderedDict)
    _ends: list[tuple[float, Subject]] = field(default_factory=list)
    _waiting: list[_Work] = field(default_factory=list)
    _round: asyncio.Task[None] | None = None

    def attempt(self, everyone: Sequence[Who], request: str, decided: Callable[[Verdict, str], None]) -> None:
        """Calls `decided` with the verdict and the attempt's own name, at once or within the line's deadline. request: the id
        under which its outcome will be told."""
        id = self._new_name()

        def done(verdict: Verdict) -> None:
            if not verdict.refused_by:
                self._remember(request, everyone, id)
            decided(verdict, id)

        def do(view: View, now: float) -> Verdict:
            return judge.attempt(view, everyone, id, now, self.lifted)

        self._judge(everyone, do, done)

    def outcome(self, everyone: Sequence[Who], request: str, status: int) -> None:
        """How an attempt ended: the app's status."""
        id = self._recall(request, everyone) or self._new_name()

        def do(view: View, now: float) -> Verdict:
            judge.outcome(view, everyone, id, status, now, self.lifted)
            return Verdict()

        self._judge(everyone, do, lambda verdict: None)

    def give_back(self, everyone: Sequence[Who], request: str, id: str) -> None:
        """The attempt went no further: something else refused it."""
        self._recall(request, everyone)

        def do(view: View, now: float) -> Verdict:
            judge.give_back(view, everyone, id)
            return Verdict()

        self._judge(everyone, do, lambda verdict: None)

    def tidy(self, shields: Mapping[str, Shield], count: int) -> None:
        """Looks at the next `count` entries for what is over, and tells of the blocks that have ended."""
        now = self.now()
        while self._ends and self._ends[0][0] <= now:
            until, subject = heappop(self._ends)
            track = self.book.track(subject)
            if track.until == until:
                self.changed(Change("unblock", subject, until, until, track.blocks))
        self.book.tidy(shields, now, count)

    def resume(self) -> None:
        """The book has been filled with what was remembered on disk."""
        for subject, track in self.book.blocks(self.now()):
            heappush(self._ends, (track.until, subject))

    def lift(self, shields: Mapping[str, Shield], lifted: Lifted) -> None:
        """An operator has ended blocks: at once, not with the next attempt."""
        self.lifted = lifted
        now = self.now()
        view = View({}, {})
        for subject, _ in self.book.blocks(now):
            if subject.shield in shields and lifted(subject):
                view.tracks[subject] = self.book.track(subject)
                judge.settle(view, subject, shields[subject.shield], now, lifted)
        self._keep(view)

    def _new_name(self) -> str:
        """Of an attempt; what the client calls its request may be called so again."""
        self._made += 1
        return f"{self._name}{self._made:x}"

    def _judge(
        self, everyone: Sequence[Who], do: Callable[[View, float], Verdict], done: Callable[[Verdict], None]
    ) -> None:
        line = self.line
        if line is None or line.away:
            done(self._alone(_Work(everyone, do, done, 0.0)))
            return
        loop = asyncio.get_running_loop()
        self._waiting.append(_Work(everyone, do, done, loop.time()))
        if self._round is None:
            self._round = loop.create_task(self._rounds(Remote(line)))

    def _alone(self, work: _Work) -> Verdict:
        view = self._view(work.everyone)
        verdict = work.do(view, self.now())
        self._keep(view)
        return verdict

    async def _rounds(self, remote: Remote) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._once(remote, batch)
        finally:
            self._round = None

    async def _once(self, remote: Remote, batch: list[_Work]) -> None:
        since = min(work.since for work in batch)
        everyone = [who for work in batch for who in work.everyone]
        read = await remote.read(
            {subject for who in everyone for subject in who.everything()},
            {who.device for who in everyone if who.device},
            since,
        )
        if read is None:
            for work in batch:
                work.done(self._alone(work))
            return
        view = self._view(everyone)
        for subject, there in read.tracks.items():
            view.tracks[subject] = joined(view.tracks[subject], there) if subject in view.tracks else there
        for device, until in read.known.items():
            view.known[device] = max(until, view.known.get(device, 0.0))
        before = View(dict(view.tracks), dict(view.known))
        now = self.now()
        verdicts = [work.do(view, now) for work in batch]
        lost = await remote.write(read, view, before, now, {who.name: who.shield for who in everyone}, since)
        beaten = [work for work in batch if _concerns(work, lost)]
        late = [] if any(work.rounds >= _ROUNDS for work in beaten) else beaten
        again = {id(work) for work in late}
        self._keep(view, lost if late else ())
        for work, verdict in zip(batch, verdicts, strict=True):
            if id(work) in again:
                work.rounds += 1
            else:
                work.done(verdict)
        self._waiting = late + self._waiting

    def _view(self, everyone: Iterable[Who]) -> View:
        tracks: dict[Subject, Track] = {}
        known: dict[str, float] = {}
        for who in everyone:
            for subject in who.everything():
                if subject in self.book.tracks:
                    tracks[subject] = self.book.tracks[subject]
            if who.device in self.book.known:
                known[who.device] = self.book.known[who.device]
        return View(tracks, known)

    def _keep(self, view: View, without: Iterable[Subject] = ()) -> None:
        """Takes over what was judged, and tells of blocks. without: what another edge has changed; it is judged again."""
        now = self.now()
        left = set(without)
        for subject, track in view.tracks.items():
            if subject in left:
                continue
            before = self.book.track(subject)
            self.book.keep(subject, track)
            if track.until > max(before.until, now):
                heappush(self._ends, (track.until, subject))
                self.changed(Change("block", subject, track.since, track.until, track.blocks))
            elif before.until > now and not track.until:
                self.changed(Change("unblock", subject, now, before.until, before.blocks))
        for device, until in view.known.items():
            self.book.know(device, until)

    def _remember(self, request: str, everyone: Sequence[Who], id: str) -> None:
        key = (request, _whose(everyone))
        self._tickets.setdefault(key, []).append(id)
        while len(self._tickets) > _MOST_TICKETS:
            self._tickets.popitem(last=False)

    def _recall(self, request: str, everyone: Sequence[Who]) -> str:
        key = (request, _whose(everyone))
        waiting = self._tickets.get(key)
        if not waiting:
            return ""
        id = waiting.pop(0)
        if not waiting:
            del self._tickets[key]
        return id


def _whose(everyone: Sequence[Who]) -> str:
    return " ".join(f"{who.account} {who.address}" for who in everyone)


def _concerns(work: _Work, lost: Iterable[Any]) -> bool:
    subjects = {subject for who in work.everyone for subject in who.everything()}
    return not subjects.isdisjoint(lost)
