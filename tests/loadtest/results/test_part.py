"""Parts of one run add up to it, in any order; parts of different runs do not."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from meridian.core.errors import InvalidInput
from meridian.loadtest.outcomes import OK
from meridian.loadtest.plan import Shard
from meridian.loadtest.record import Key, Record
from meridian.loadtest.results.part import Part, merge
from meridian.loadtest.results.partfile import to_bytes
from meridian.loadtest.results.summary import Event
from tests.loadtest.results.runs import BEGAN, part

KILL: Event = {"at": 3.0, "what": "kill eu-1", "by": "chaos", "sentence": "eu-1 was killed"}


def shard(index: int, count: int, numbers: range) -> Part:
    record = Record()
    for number in numbers:
        if number % count == index:
            record.due(number / 10)
            record.sample(
                number / 10, number / 10 + 0.01 * (number % 7), Key(0, "EU", "eu-1", "v1", OK), number
            )
    return part(record, shards=(Shard(index, count),), processes=1, began=BEGAN + timedelta(seconds=index))


def test_shards_add_up_to_the_run_of_one_machine() -> None:
    numbers = range(300)
    parts = [shard(index, 4, numbers) for index in range(4)]
    whole = merge([parts[2], parts[0], parts[3], parts[1]])
    assert json.dumps(whole.record.to_json()) == json.dumps(shard(0, 1, numbers).record.to_json())
    assert whole.shards == tuple(Shard(index, 4) for index in range(4))
    assert whole.processes == 4
    assert whole.began == BEGAN
    assert not whole.missing()
    assert to_bytes(merge([merge(parts[:2]), merge(parts[2:])])) == to_bytes(whole)


def test_missing_shards_are_named_but_one_alone_speaks_for_itself() -> None:
    some = merge([shard(0, 3, range(9)), shard(2, 3, range(9))])
    assert some.missing() == [Shard(1, 3)]
    assert not shard(1, 3, range(9)).missing()


def test_what_several_tell_of_happened_once() -> None:
    one, other = shard(0, 2, range(9)), shard(1, 2, range(9))
    later: Event = {**KILL, "at": 40.0}
    merged = merge(
        [
            replace(one, events=(KILL, later)),
            replace(other, events=({**KILL, "at": 3.4},), end="aborted", reason="errors > 50%"),
        ]
    )
    assert [event["at"] for event in merged.events] == [3.0, 40.0]
    assert (merged.end, merged.reason) == ("aborted", "errors > 50%")


def test_other_runs_are_refused() -> None:
    one = shard(0, 2, range(9))
    with pytest.raises(InvalidInput, match="the parts are not of one run: seed is 7 in one and 8 in another"):
        merge([one, replace(shard(1, 2, range(9)), seed=8)])
    with pytest.raises(InvalidInput, match="shard 1/2 is there twice"):
        merge([one, one])
    with pytest.raises(InvalidInput, match="the parts are of 2 shards and of 3"):
        merge([one, shard(0, 3, range(9))])
    with pytest.raises(InvalidInput, match="there is no part to merge"):
        merge([])
