"""Exact counters for many edges: in Redis or Valkey, with a mirror in this process.

One Lua script takes all limits of a request, or none (`take.lua`). The keys of a request share a hash tag, so a cluster holds
them on one node. Redis's own clock counts. A counter's key lives until its bucket is full again.

**What holds when Redis is away.** Every answer also updates the mirror, and every question carries what the mirror knows as a
floor. So a Redis that restarts empty, or as a replica that missed the last writes, loses nothing that this process knew. While
it is away or late, limits with `on_failure: deny` are refused, and the others are decided by the mirror. The bound then: each of
N admission processes admits at most what is left in its own mirror, so in `t` seconds at most N * (burst + t * rate / window) in
all, where one process alone would admit burst + t * rate / window. A user whose requests one edge serves, which is the usual
case, keeps the exact limit. Once Redis is back, each counter stands where the process that admitted most had it.
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha1
from importlib.resources import files
from time import monotonic

from meridian.limits.exact.clock import StoreClock
from meridian.limits.exact.counters import Answer, Answered, Charge, answer
from meridian.limits.exact.line import AWAY, Line
from meridian.limits.exact.memory import MemoryCounters
from meridian.limits.exact.wire import Command, Refusal, Reply

_SCRIPT = files("meridian.limits.exact").joinpath("take.lua").read_text()
_SHA = sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()
_CLOSED = Answer(False, (), local=True, closed=True)


def key_of(charge: Charge) -> str:
    """In Redis; what stands in braces decides which node of a cluster holds it."""
    return f"meridian:{{{charge.owner}}}:{charge.limit.name}"


class SharedCounters:
    def __init__(self, line: Line, mirror: MemoryCounters, clock: StoreClock) -> None:
        self._line = line
        self._mirror = mirror
        self._clock = clock

    def take(self, charges: Sequence[Charge], answered: Answered, since: float = 0.0) -> None:
        self._ask("take", charges, answered, since)

    def peek(self, charges: Sequence[Charge], answered: Answered, since: float = 0.0) -> None:
        self._ask("peek", charges, answered, since)

    def _ask(self, mode: str, charges: Sequence[Charge], answered: Answered, since: float) -> None:
        sent = since or monotonic()
        arguments = self._arguments(mode, charges)

        def replied(reply: Reply) -> None:
            if isinstance(reply, Refusal):
                self._line.ask(("EVAL", _SCRIPT, *arguments), replied, sent)
            elif reply is AWAY:
                answered(self._alone(mode, charges))
            else:
                answered(self._learnt(mode, charges, reply, sent))

        self._line.ask(("EVALSHA", _SHA, *arguments), replied, sent)

    def _arguments(self, mode: str, charges: Sequence[Charge]) -> Command:
        found: list[str | bytes | int] = [len(charges), *map(key_of, charges), mode]
        for charge in charges:
            pace = charge.limit.pace
            found += (pace.interval, pace.refill, charge.hits, self._mirror.tat(charge.key))
        return tuple(found)

    def _learnt(self, mode: str, charges: Sequence[Charge], reply: Sequence[int], sent: float) -> Answer:
        fits, now, *tats = reply
        self._clock.told(now, sent)
        if mode == "take":
            for charge, tat in zip(charges, tats, strict=True):
                self._mirror.learn(charge.key, tat, now)
        return answer(charges, tats, now, fits == 1)

    def _alone(self, mode: str, charges: Sequence[Charge]) -> Answer:
        """While the store is away."""
        if any(each.limit.must for each in charges):
            return _CLOSED
        now = self._clock.now()
        decide = self._mirror.take if mode == "take" else self._mirror.peek
        return replace(decide(charges, now), local=True)
