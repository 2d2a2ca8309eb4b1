"""Parts as files: lines of JSON, compressed with gzip. First the facts, then one line for each second, in order; so that an
hour is read and written second by second. Whoever made the file, it is a part or it is refused with a sentence."""

import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from meridian.core.errors import InvalidInput
from meridian.loadtest.plan import Shard, StepFacts
from meridian.loadtest.record import Record
from meridian.loadtest.record.record import LONGEST
from meridian.loadtest.record.wire import Wire, from_wire, to_wire
from meridian.loadtest.results.facts import scenario_facts
from meridian.loadtest.results.part import End, Part
from meridian.loadtest.results.summary import Event

FORMAT = 1
MOST_BYTES = 512 * 2**20
"""Unpacked. An hour at 1,666 requests a second has about 60 MB."""
LONGEST_LINE = 16 * 2**20
_CHUNK = 2**16

Name = Annotated[str, msgspec.Meta(max_length=500)]
Positive = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
Amount = Annotated[float, msgspec.Meta(ge=0, le=1e9)]


class _Format(msgspec.Struct):
    format: int


class _Facts(msgspec.Struct, forbid_unknown_fields=True):
    """The first line. shards: index, count."""

    format: Literal[1]
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    shards: Annotated[list[tuple[Positive, Positive]], msgspec.Meta(min_length=1, max_length=10_000)]
    scenario: dict[str, Any]
    target: Name
    seed: int
    scale: Amount
    rate: Amount | None
    seconds: Annotated[float, msgspec.Meta(ge=0, le=LONGEST)]
    closed: Positive
    timeout: Annotated[float, msgspec.Meta(ge=0, le=86_400)]
    http: Positive
    processes: Positive
    steps: Annotated[list[tuple[Name, Name, Name]], msgspec.Meta(max_length=10_000)]
    began: datetime
    ended: datetime
    end: End
    reason: Name
    events: Annotated[list[Event], msgspec.Meta(max_length=100_000)]


def to_bytes(part: Part) -> bytes:
    """The file. The same part gives the same bytes."""
    packer = zlib.compressobj(6, wbits=31)
    lines = (packer.compress(line + b"\n") for line in _lines(part))
    return b"".join(lines) + packer.flush()


def from_bytes(data: bytes) -> Part:
    """Raises InvalidInput when it is none: damaged, cut off, of another format, or larger unpacked than a run can be."""
    lines = _unpacked(data)
    facts = _facts(next(lines, b""))
    record = Record(keep=facts.timeout)
    before = -1
    for line in lines:
        try:
            place, wire = msgspec.json.decode(line, type=tuple[int, Wire])
            if place <= before:
                raise ValueError(f"second {place} comes after second {before}")
            record.add(place, from_wire(wire))
        except (msgspec.MsgspecError, ValueError, RecursionError) as bad:
            raise InvalidInput(
                f"the record in this file is damaged after second {before}: {bad}", _AGAIN
            ) from None
        before = place
    return _part(facts, record)


_AGAIN = "fetch it again from where the load test ran"


def _lines(part: Part) -> Iterator[bytes]:
    yield msgspec.json.encode(
        _Facts(
            format=1,
            id=part.id,
            shards=[(shard.index, shard.count) for shard in part.shards],
            scenario=dict(part.scenario),
            target=part.target,
            seed=part.seed,
            scale=part.scale,
            rate=part.rate,
            seconds=part.seconds,
            closed=part.closed,
            timeout=part.timeout,
            http=part.http,
            processes=part.processes,
            steps=[(step.name, step.service, step.request) for step in part.steps],
            began=part.began,
            ended=part.ended,
            end=part.end,
            reason=part.reason[:500],
            events=list(part.events),
        ),
        order="sorted",
    )
    for place, second in part.record:
        yield msgspec.json.encode((place, to_wire(second)))


def _facts(line: bytes) -> _Facts:
    try:
        told = msgspec.json.decode(line, type=_Format).format
    except (msgspec.MsgspecError, RecursionError):
        raise InvalidInput(
            "this file is no record of a load test", "name a part.json.gz that a load test wrote"
        ) from None
    if told != FORMAT:
        raise InvalidInput(
            f"this record has format {told}, and only {FORMAT} is known here",
            "use the Meridian that wrote it",
        )
    try:
        facts = msgspec.json.decode(line, type=_Facts)
        for index, count in facts.shards:
            if index >= count:
                raise ValueError(f"there is no shard {index + 1} of {count}")
        if facts.began.tzinfo is None or facts.ended.tzinfo is None:
            raise ValueError("its times have no time zone")
    except (msgspec.MsgspecError, ValueError, RecursionError) as bad:
        raise InvalidInput(f"the facts in this record are damaged: {bad}", _AGAIN) from None
    scenario_facts(facts.scenario)
    return facts


def _part(facts: _Facts, record: Record) -> Part:
    return Part(
        id=facts.id,
        shards=tuple(Shard(index, count) for index, count in facts.shards),
        scenario=facts.scenario,
        target=facts.target,
        seed=facts.seed,
        scale=facts.scale,
        rate=facts.rate,
        seconds=facts.seconds,
        closed=facts.closed,
        timeout=facts.timeout,
        http=facts.http,
        processes=facts.processes,
        steps=tuple(StepFacts(*step) for step in facts.steps),
        began=facts.began,
        ended=facts.ended,
        record=record,
        end=facts.end,
        reason=facts.reason,
        events=tuple(facts.events),
    )


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Its lines. A bomb is refused before it unfolds: never more than a line and a chunk is held."""
    unpacker = zlib.decompressobj(wbits=31)
    line, told, fed = bytearray(), 0, data
    while not unpacker.eof:
        try:
            piece = unpacker.decompress(fed, _CHUNK)
        except zlib.error as bad:
            what = "is damaged" if told else "is no record of a load test"
            raise InvalidInput(f"this file {what}: {bad}", _AGAIN) from None
        fed = unpacker.unconsumed_tail
        if not piece and not unpacker.eof:
            raise InvalidInput("this file is cut off", _AGAIN)
        told += len(piece)
        *ends, rest = piece.split(b"\n")
        for end in ends:
            yield bytes(line + end)
            line.clear()
        line += rest
        if told > MOST_BYTES or len(line) > LONGEST_LINE:
            raise InvalidInput(
                f"this file unfolds to more than {MOST_BYTES >> 20} MB, which no load test has"
            )
    if line or unpacker.unused_data:
        raise InvalidInput("this file goes on after its end", _AGAIN)
