"""The record is a sum: however samples are split over records, seconds and takes, the result is the same to the byte."""

import json
import random
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.core.errors import InvalidInput
from meridian.loadtest.outcomes import LIMITED, OK, TIMEOUT
from meridian.loadtest.record import Failure, Key, Record

KEYS = [
    Key(0, "EU", "eu-1", "v1", OK),
    Key(1, "EU", "eu-2", "v2", OK),
    Key(0, "US", "us-1", "v1", LIMITED),
    Key(1, "US", "", "", TIMEOUT),
]


@dataclass(frozen=True)
class Fact:
    """One thing that the engine tells, whichever it is."""

    kind: int
    at: float
    took: float
    key: Key
    number: int

    def tell(self, record: Record) -> None:
        record.due(self.at)
        if self.kind == 0:
            record.sent(self.at, self.took)
        elif self.kind == 1:
            record.beat(self.at, self.took)
        elif self.kind == 2:
            record.trouble(int(self.at), "a process died")
        elif self.kind == 3:
            record.resources(int(self.at), {"envoy eu": (self.took, self.number)})
        else:
            record.sample(self.at, self.at + self.took, self.key, self.number, "reset")


FACTS = st.lists(
    st.builds(
        Fact,
        st.integers(0, 9),
        st.floats(0, 40),
        st.floats(0, 10),
        st.sampled_from(KEYS),
        st.integers(0, 5),
    ),
    max_size=60,
)


def told(facts: list[Fact], keep: float = 60) -> Record:
    made = Record(keep)
    for fact in facts:
        fact.tell(made)
    return made


def text(record: Record) -> str:
    return json.dumps(record.to_json())


@settings(max_examples=60, deadline=None)
@given(FACTS, st.integers(1, 4), st.randoms(use_true_random=False))
def test_any_split_in_any_order_gives_the_same_bytes(
    facts: list[Fact], parts: int, chance: random.Random
) -> None:
    shards = [Record(keep=1) for _ in range(parts)]
    taken: list[bytes] = []
    for fact in chance.sample(facts, len(facts)):
        shard = chance.choice(shards)
        fact.tell(shard)
        if chance.random() < 0.2:
            taken.append(shard.take())
    taken += [shard.take() for shard in shards]
    chance.shuffle(taken)
    whole = Record(keep=chance.choice([1, 60]))
    for each in taken:
        whole.merge(each)
    assert text(whole) == text(told(facts))


@settings(max_examples=30, deadline=None)
@given(FACTS)
def test_json_gives_the_same_record_back(facts: list[Fact]) -> None:
    record = told(facts)
    assert text(Record.from_json(json.loads(text(record)))) == text(record)


def test_a_take_is_only_what_was_added_since() -> None:
    worker, machine = Record(), Record()
    worker.sample(1.0, 1.5, KEYS[0], 7)
    machine.merge(worker.take())
    machine.merge(worker.take())
    assert machine.second(1).count() == 1
    worker.sample(1.2, 1.5, KEYS[0], 8)
    machine.merge(worker.take())
    assert machine.second(1).count() == 2
    assert worker.seconds == 0


def test_a_sample_belongs_to_the_second_in_which_it_was_due() -> None:
    record = Record()
    record.due(3.999)
    record.sent(3.999, 0.002)
    record.sample(3.999, 10.0, KEYS[0], 12)
    second = record.second(3)
    assert (second.due, second.sent, second.count()) == (1, 1, 1)
    assert second.latency().ms(0.5) == pytest.approx(6001, rel=0.001)
    assert record.second(10).count() == 0
    assert record.seconds == 11, "the success arrived in second 10"


def test_failures_know_the_first_and_the_last_of_their_second() -> None:
    record = Record()
    for number, finished in ((5, 2.9), (3, 2.5), (9, 7.25), (4, 2.5)):
        record.sample(2.1, finished, KEYS[3], number, "no answer")
    burst = record.second(2).failures[Failure(1, "US", TIMEOUT, "no answer")]
    assert burst.to_json() == [4, 2_500_000, 3, 7_250_000, 9]


def test_what_a_limit_refused_is_neither_a_failure_nor_a_success() -> None:
    record = Record()
    record.sample(0.0, 0.1, KEYS[2], 0, "429")
    second = record.second(0)
    assert second.count() == 1
    assert not second.failed()
    assert not second.failures
    assert not second.answered
    assert not second.served


def test_old_seconds_are_packed_and_can_still_be_added_to() -> None:
    record = Record(keep=1)
    record.sample(0.5, 0.6, KEYS[0], 0)
    record.sample(100.5, 100.6, KEYS[0], 1)
    record.sample(0.7, 0.8, KEYS[0], 2)
    assert record.second(0).count() == 2
    assert record.between(0, 101).count() == 2 + 1
    assert [place for place, _ in record] == [0, 100]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode({"0": {}}),
        msgspec.msgpack.encode({-1: {}}),
        msgspec.msgpack.encode({10**9: {}}),
        msgspec.msgpack.encode({0: {"due": -1}}),
        msgspec.msgpack.encode({0: {"due": 2**60}}),
        msgspec.msgpack.encode({0: {"surprise": 1}}),
        msgspec.msgpack.encode({0: {"answered": {"EU": b"short"}}}),
        msgspec.msgpack.encode({0: {"latencies": [[0, "EU", "", "", "ok", [1]]]}}),
        msgspec.msgpack.encode({0: {"latencies": [[0, "EU", "", "", "ok", [10**6, 1]]]}}),
        msgspec.msgpack.encode({0: {"failures": [[0, "EU", "error", "", [0, 0, 0, 0, 0]]]}}),
        msgspec.msgpack.encode({0: {"served": [["EU", "", [1, 9, 0, 3, 0]]]}}),
        msgspec.msgpack.encode({0: {"trouble": {"x" * 1000: 1}}}),
    ],
)
def test_what_is_no_record_is_refused_with_a_sentence(bad: bytes) -> None:
    with pytest.raises(InvalidInput, match="no part of a record"):
        Record().merge(bad)


def test_json_that_is_no_record_is_refused_with_a_sentence() -> None:
    for bad in ([], {"x": {}}, {"0": {"due": "1"}}, {"0": {"lag": [1, True]}}, {"-3": {}}):
        with pytest.raises(InvalidInput, match="this is no record"):
            Record.from_json(bad)
