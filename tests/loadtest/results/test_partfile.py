"""A part comes back from its file; whatever else a file holds gets a sentence."""

import gzip
import json
import random
import zlib
from typing import Any

import pytest

from meridian.core.errors import InvalidInput
from meridian.loadtest.results import partfile
from meridian.loadtest.results.part import Part
from meridian.loadtest.results.partfile import from_bytes, to_bytes
from tests.loadtest.results.runs import memory, part, scenario, steady


@pytest.fixture(scope="module")
def made() -> Part:
    record = steady(seconds=5, rate=40)
    memory(record, "envoy eu", [5e7] * 5)
    return part(record, scenario("p95 < 200ms", checks=["home"]))


@pytest.fixture(scope="module")
def lines(made: Part) -> list[Any]:
    return [json.loads(line) for line in gzip.decompress(to_bytes(made)).splitlines()]


def packed(lines: list[Any]) -> bytes:
    return gzip.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines))


def test_a_part_comes_back_the_same(made: Part) -> None:
    data = to_bytes(made)
    again = from_bytes(data)
    assert to_bytes(again) == data
    assert again.steps == made.steps
    assert again.record.to_json() == made.record.to_json()


@pytest.mark.parametrize("cut", [0, 1, 12, 60, -9, -1])
def test_a_file_that_is_cut_off_is_refused(made: Part, cut: int) -> None:
    with pytest.raises(InvalidInput, match=r"cut off|no record"):
        from_bytes(to_bytes(made)[:cut])


def test_a_flipped_bit_anywhere_gets_a_sentence(made: Part) -> None:
    """Or changes nothing: gzip's header has bits without meaning."""
    data = to_bytes(made)
    chance = random.Random(5)
    for place in [*range(10), *chance.sample(range(10, len(data)), 60)]:
        broken = bytearray(data)
        broken[place] ^= 1 << chance.randrange(8)
        try:
            again = from_bytes(bytes(broken))
        except InvalidInput:
            continue
        assert again.record.to_json() == made.record.to_json()


@pytest.mark.parametrize(
    ("line", "change", "message"),
    [
        (0, {"format": 2}, "this record has format 2, and only 1 is known here"),
        (0, {"format": "x"}, "no record of a load test"),
        (0, {"seconds": -1}, "the facts in this record are damaged"),
        (0, {"seed": "7"}, "the facts in this record are damaged"),
        (0, {"began": "2030-01-01T00:00:00"}, "its times have no time zone"),
        (0, {"shards": [[3, 2]]}, "there is no shard 4 of 2"),
        (0, {"surprise": 1}, "the facts in this record are damaged"),
        (0, {"scenario": {}}, "the scenario in this record cannot be read"),
        (
            0,
            {"scenario": {"name": "x", "thresholds": [{"text": "p95 << 3", "bound": 1}]}},
            "is not a threshold",
        ),
        (
            0,
            {"scenario": {"name": "x", "phases": [{"name": "y", "from": 9, "to": 1}]}},
            "ends before it begins",
        ),
        (1, {"due": -5}, "damaged after second -1"),
        (2, {"latencies": [[0, "EU", "", "", "ok", [1, 2, 3]]]}, "damaged after second 0"),
    ],
)
def test_damage_is_named(lines: list[Any], line: int, change: dict[str, Any], message: str) -> None:
    broken = json.loads(json.dumps(lines))
    (broken[0] if line == 0 else broken[line][1]).update(change)
    with pytest.raises(InvalidInput, match=message):
        from_bytes(packed(broken))


def test_seconds_come_once_and_in_order(lines: list[Any]) -> None:
    with pytest.raises(InvalidInput, match="second 0 comes after second 0"):
        from_bytes(packed([lines[0], lines[1], lines[1]]))


def test_what_is_no_such_file_is_refused(made: Part) -> None:
    for data in (
        b"",
        b"PK\x03\x04 not gzip",
        gzip.compress(b""),
        gzip.compress(b"[" * 100_000),
        gzip.compress(b"{}"),
    ):
        with pytest.raises(InvalidInput):
            from_bytes(data)
    with pytest.raises(InvalidInput, match="goes on after its end"):
        from_bytes(to_bytes(made) + b"more")


def test_a_bomb_is_refused_before_it_unfolds(made: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zlib.compressobj(9, wbits=31)
    data = b"".join(bomb.compress(bytes(2**20)) for _ in range(64)) + bomb.flush()
    assert len(data) < 100_000
    with pytest.raises(InvalidInput, match="unfolds to more than"):
        from_bytes(data)
    monkeypatch.setattr(partfile, "MOST_BYTES", 1000)
    with pytest.raises(InvalidInput, match="unfolds to more than"):
        from_bytes(to_bytes(made))
