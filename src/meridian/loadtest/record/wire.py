"""A second as it goes to a file or to another process: the same bytes for the same second, however it came together.

What comes in may be anybody's: everything is checked before it is used.
"""

from typing import Annotated

import msgspec

from meridian.loadtest.record.burst import Burst
from meridian.loadtest.record.cell import Failure, Key
from meridian.loadtest.record.latencies import Latencies
from meridian.loadtest.record.second import BITMAP, Second, Usage

Count = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
Word = Annotated[str, msgspec.Meta(max_length=200)]
Bits = Annotated[bytes, msgspec.Meta(min_length=BITMAP, max_length=BITMAP)]
Five = tuple[Count, Count, Count, Count, Count]


class Wire(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """latencies: step, region, location, version, outcome, and bucket, count, bucket, count... in order. failures: step, region,
    outcome, detail, burst. served: region, location, burst. resources: name -> n, cpu, rss."""

    latencies: list[tuple[Count, Word, Word, Word, Word, list[int]]] = []
    due: Count = 0
    sent: Count = 0
    lag: list[int] = []
    beat: Count = 0
    answered: dict[Word, Bits] = {}
    failures: list[tuple[Count, Word, Word, Word, Five]] = []
    served: list[tuple[Word, Word, Five]] = []
    resources: dict[Word, tuple[Count, Count, Count]] = {}
    trouble: dict[Word, Count] = {}


def to_wire(second: Second) -> Wire:
    return Wire(
        latencies=[(*key, Latencies(counts).to_json()) for key, counts in sorted(second.latencies.items())],
        due=second.due,
        sent=second.sent,
        lag=Latencies(second.lag).to_json(),
        beat=second.beat,
        answered={region: bytes(bits) for region, bits in sorted(second.answered.items())},
        failures=[(*failure, _five(burst)) for failure, burst in sorted(second.failures.items())],
        served=[(*pair, _five(burst)) for pair, burst in sorted(second.served.items())],
        resources={name: (used.n, used.cpu, used.rss) for name, used in sorted(second.resources.items())},
        trouble=dict(sorted(second.trouble.items())),
    )


def from_wire(wire: Wire) -> Second:
    """Raises ValueError when something in it cannot be."""
    second = Second(
        due=wire.due,
        sent=wire.sent,
        lag=Latencies.from_json(wire.lag).counts,
        beat=wire.beat,
        answered={region: bytearray(bits) for region, bits in wire.answered.items()},
        resources={name: Usage(*used) for name, used in wire.resources.items()},
        trouble=wire.trouble,
    )
    for step, region, location, version, outcome, counts in wire.latencies:
        key = Key(step, region, location, version, outcome)
        second.latencies[key] = Latencies.from_json(counts).counts
    for step, region, outcome, detail, burst in wire.failures:
        second.failures[Failure(step, region, outcome, detail)] = Burst.from_json(burst)
    for region, location, burst in wire.served:
        second.served[region, location] = Burst.from_json(burst)
    return second


def _five(burst: Burst) -> Five:
    return (burst.n, burst.first, burst.first_number, burst.last, burst.last_number)
