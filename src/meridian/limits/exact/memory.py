"""Counters in this process: the whole store where there is no Redis, and the mirror of Redis where there is one.

Bounded: a counter that is full again is forgotten, a few at each take; beyond `most`, the one that is nearest to full among the
next few goes, so that what is forgotten is as little as can be. About 250 bytes a counter.
"""

from collections import OrderedDict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from meridian.envoy.agent.folder import replace
from meridian.limits.exact import gcra
from meridian.limits.exact.counters import Answer, Charge, answer

_SWEPT = 2
"""Counters looked at in passing at each take: the table shrinks faster than it can grow."""
_CANDIDATES = 8


class MemoryCounters:
    """most: counters at once. Times are microseconds of whatever clock the caller keeps to."""

    def __init__(self, most: int = 1_000_000) -> None:
        self.most = most
        self._tats: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tats)

    def take(self, charges: Sequence[Charge], now: int) -> Answer:
        tats, moved = self._settled(charges, now)
        if moved is None:
            return answer(charges, tats, now, False)
        for charge, tat in zip(charges, moved, strict=True):
            self._tats[charge.key] = tat
        self._tidy(now)
        return answer(charges, moved, now, True)

    def peek(self, charges: Sequence[Charge], now: int) -> Answer:
        tats, moved = self._settled(charges, now)
        return answer(charges, tats, now, moved is not None)

    def tat(self, key: str) -> int:
        """The arrival time that is known of a counter; 0 where none is."""
        return self._tats.get(key, 0)

    def learn(self, key: str, tat: int, now: int) -> None:
        """What the shared store said: it knows at least what this process told it."""
        self._tats[key] = tat
        self._tidy(now)

    def save(self, path: Path, now: int) -> None:
        """For the next process, when this one is asked to end: what is not full yet. Raises OSError."""
        lines = [f"{tat} {key}\n" for key, tat in self._tats.items() if tat > now]
        replace(path, "".join(lines).encode("utf-8", "surrogateescape"), durable=False)

    def restore(self, path: Path, now: int) -> None:
        """What a process that was asked to end has left, once: one that is killed leaves nothing, and then nothing old comes
        back."""
        try:
            lines = path.read_text("utf-8", "surrogateescape").splitlines()
            path.unlink()
        except OSError:
            return
        for line in lines[: self.most]:
            tat, _, key = line.partition(" ")
            if key and tat.isdecimal() and now < int(tat):
                self._tats[key] = int(tat)

    def _settled(self, charges: Sequence[Charge], now: int) -> tuple[list[int], list[int] | None]:
        tats = [self._tats.get(each.key, 0) for each in charges]
        paces = [each.limit.pace for each in charges]
        return tats, gcra.charged(tats, paces, [each.hits for each in charges], now)

    def _tidy(self, now: int) -> None:
        tats = self._tats
        for key in list(islice(tats, _SWEPT)):
            if tats[key] <= now:
                del tats[key]
            else:
                tats.move_to_end(key)
        while len(tats) > self.most:
            del tats[min(islice(tats, _CANDIDATES), key=tats.__getitem__)]
