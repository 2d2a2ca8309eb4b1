"""The record of a run: its seconds. Those in which something may still happen are kept open; older ones are packed, so that an
hour takes some megabytes."""

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from meridian.core.errors import InvalidInput
from meridian.loadtest.outcomes import FAILED, OK
from meridian.loadtest.record.burst import Burst
from meridian.loadtest.record.cell import Failure, Key
from meridian.loadtest.record.latencies import MICROSECONDS
from meridian.loadtest.record.second import BITMAP, Second, Usage
from meridian.loadtest.record.wire import Wire, from_wire, to_wire

LONGEST = 7 * 86_400
"""Seconds that a run can have."""

LONGEST_DETAIL = 200

_bucket = MICROSECONDS.bucket


class Record:
    """All times are seconds after the start of the run. Not for several threads at once.

    keep: seconds, counted back from the newest, that stay open because their answers are still coming: the plan's timeout. An
    older second may still be added to, which takes longer."""

    def __init__(self, keep: float = 60.0) -> None:
        self._keep = int(keep) + 2
        self._open: dict[int, Second] = {}
        self._packed: dict[int, bytes] = {}
        self._newest = -1

    # What the engine calls for each request --------------------------------------------------------------

    def due(self, at: float, n: int = 1) -> None:
        """n requests are due at this time: those that go out at all, and those that never will."""
        (self._open.get(int(at)) or self._opened(int(at))).due += n

    def sent(self, due: float, lag: float) -> None:
        """A request was handed over. lag: seconds between when it was due and when it was written to a socket, or put in line
        because all connections were busy: the generator's own delay."""
        second = self._open.get(int(due)) or self._opened(int(due))
        second.sent += 1
        place = _bucket(int(lag * 1e6))
        second.lag[place] = second.lag.get(place, 0) + 1

    def sample(self, due: float, finished: float, key: Key, number: int, detail: str = "") -> None:
        """A request came to an end. due: when it should have gone out, from which its latency counts. number: of its arrival.
        detail: what was wrong; of a success it is not kept."""
        _, region, location, _, outcome = key
        if outcome == OK:
            self._answered(region, int(finished * 1000))
        second = self._open.get(int(due)) or self._opened(int(due))
        counts = second.latencies.get(key)
        if counts is None:
            counts = second.latencies[key] = {}
        bucket = _bucket(int((finished - due) * 1e6 + 0.5))
        counts[bucket] = counts.get(bucket, 0) + 1
        if outcome == OK:
            bursts: dict[Any, Burst] = second.served
            what: Any = (region, location)
        elif outcome in FAILED:
            bursts, what = second.failures, Failure(key.step, region, outcome, detail[:LONGEST_DETAIL])
        else:
            return
        at = int(finished * 1e6)
        burst = bursts.get(what)
        if burst is None:
            bursts[what] = Burst(1, at, number, at, number)
            return
        burst.n += 1
        if at > burst.last:
            burst.last, burst.last_number = at, number
        else:
            burst.out_of_order(at, number)

    # What it calls now and then --------------------------------------------------------------------------

    def beat(self, at: float, delay: float) -> None:
        """The generator's timer went off `delay` seconds too late."""
        second = self._open.get(int(at)) or self._opened(int(at))
        second.beat = max(second.beat, int(delay * 1e6))

    def trouble(self, second: int, what: str) -> None:
        """Something befell the generator itself: that second's numbers say nothing about the target."""
        found = self._open.get(second) or self._opened(second)
        found.trouble[what[:LONGEST_DETAIL]] = found.trouble.get(what[:LONGEST_DETAIL], 0) + 1

    def resources(self, second: int, used: Mapping[str, tuple[float, int]]) -> None:
        """used: name of a process -> cores (1.5: one and a half), bytes resident."""
        found = self._open.get(second) or self._opened(second)
        for name, (cores, rss) in used.items():
            found.resources.setdefault(name, Usage()).merge(Usage(1, round(cores * 1000), rss))

    def take(self) -> bytes:
        """Everything added since the last take, for another record's `merge`. This one holds it no longer."""
        out = msgspec.msgpack.encode({place: to_wire(second) for place, second in self})
        self._open, self._packed = {}, {}
        return out

    # What puts records together --------------------------------------------------------------------------

    def merge(self, taken: bytes) -> None:
        """Adds what another record's `take` gave. Raises InvalidInput when it is none."""
        try:
            seconds = msgspec.msgpack.decode(taken, type=dict[int, Wire])
            for place, wire in seconds.items():
                self.add(place, from_wire(wire))
        except (msgspec.MsgspecError, ValueError) as bad:
            raise InvalidInput(f"these bytes are no part of a record: {bad}") from None

    def add(self, place: int, second: Second) -> None:
        """Adds to second `place`. Raises ValueError when a run has no such second."""
        if not 0 <= place < LONGEST:
            raise ValueError(f"a run has no second {place}")
        (self._open.get(place) or self._opened(place)).merge(second)

    # What reports read -----------------------------------------------------------------------------------

    @property
    def seconds(self) -> int:
        """The number of seconds from the start to the last of which anything is known."""
        return max(max(self._open, default=-1), max(self._packed, default=-1)) + 1

    def second(self, place: int) -> Second:
        """To be read, not changed; empty where nothing is known."""
        if (found := self._open.get(place)) is not None:
            return found
        packed = self._packed.get(place)
        return Second() if packed is None else _unpacked(packed)

    def between(self, since: int, until: int) -> Second:
        """The sum of the seconds from `since` up to and without `until`."""
        return Second.together(self.second(place) for place in range(max(since, 0), min(until, self.seconds)))

    def __iter__(self) -> Iterator[tuple[int, Second]]:
        """In order, those of which anything is known. Each is unpacked for the moment only."""
        for place in sorted({*self._open, *self._packed}):
            yield place, self.second(place)

    def to_json(self) -> dict[str, Any]:
        return {str(place): msgspec.to_builtins(to_wire(second)) for place, second in self}

    @classmethod
    def from_json(cls, raw: object) -> "Record":
        """Raises InvalidInput when it is none."""
        made = cls()
        try:
            for place, wire in msgspec.convert(raw, dict[str, Wire]).items():
                made.add(int(place), from_wire(wire))
        except (msgspec.MsgspecError, ValueError) as bad:
            raise InvalidInput(f"this is no record: {bad}") from None
        return made

    def _answered(self, region: str, ms: int) -> None:
        place = ms // 1000
        try:
            bits = self._open[place].answered[region]
        except KeyError:
            second = self._open.get(place) or self._opened(place)
            bits = second.answered[region] = bytearray(BITMAP)
        ms -= place * 1000
        bits[ms >> 3] |= 128 >> (ms & 7)

    def _opened(self, place: int) -> Second:
        packed = self._packed.pop(place, None)
        second = self._open[place] = Second() if packed is None else _unpacked(packed)
        if place > self._newest:
            self._newest = place
            for old in [each for each in self._open if each < place - self._keep]:
                self._packed[old] = zlib.compress(msgspec.msgpack.encode(to_wire(self._open.pop(old))), 1)
        return second


def _unpacked(packed: bytes) -> Second:
    return from_wire(msgspec.msgpack.decode(zlib.decompress(packed), type=Wire))
