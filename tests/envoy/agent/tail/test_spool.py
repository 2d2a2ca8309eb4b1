"""Records on disk: with how far the logs were read or not at all, and never more than there is room for."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from meridian.envoy.agent.tail.followed import Place
from meridian.envoy.agent.tail.spool import PIECE, POSITION, Spool


def place(offset: int) -> dict[str, list[Place]]:
    return {"access": [Place(7, offset, "head", 4)]}


def records(*names: str) -> list[dict[str, Any]]:
    return [{"id": name, "feature": "sample", "content": {"n": 1}} for name in names]


def ids(spool: Spool) -> list[str]:
    """Of all that waits, taking it out."""
    found = []
    while (batch := spool.oldest()) is not None:
        raw = json.loads(gzip.decompress(batch.path.read_bytes()))
        assert raw["instance"] == "EU-1"
        assert len(raw["records"]) == batch.records
        found += [each["id"] for each in raw["records"]]
        spool.done(batch)
    return found


def test_records_wait_in_order_and_survive_a_restart(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "records", "EU-1")
    assert (spool.places, spool.oldest()) == (None, None)
    spool.commit(records("a", "b"), place(10))
    spool.commit([], place(20))
    spool.commit(records("c"), place(30))
    again = Spool(tmp_path / "records", "EU-1")
    assert again.places == place(30)
    assert len(again) == 3
    assert ids(again) == ["a", "b", "c"]
    assert ids(Spool(tmp_path / "records", "EU-1")) == []


def test_a_crash_before_the_position_is_written_leaves_nothing_that_would_count(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "EU-1")
    spool.commit(records("a"), place(10))
    before = (tmp_path / POSITION).read_bytes()
    spool.commit(records("b"), place(20))
    (tmp_path / POSITION).write_bytes(before)  # as if it had crashed just before that
    again = Spool(tmp_path, "EU-1")
    assert again.places == place(10)
    again.commit(records("b again"), place(20))
    assert ids(again) == ["a", "b again"]


def test_a_disk_that_is_full_keeps_neither(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "EU-1")
    spool.commit(records("a"), place(10))
    position = tmp_path / POSITION
    before = position.read_bytes()
    position.unlink()
    position.mkdir()  # nothing can be put in its place
    with pytest.raises(IsADirectoryError):
        spool.commit(records("b"), place(20))
    position.rmdir()
    position.write_bytes(before)
    assert ids(Spool(tmp_path, "EU-1")) == ["a"]


def test_the_oldest_go_when_there_is_no_room_and_are_counted(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "EU-1", limit=1000)
    for number in range(20):
        spool.commit(records(f"{number}a", f"{number}b"), place(number))
    left = ids(spool)
    assert left[-2:] == ["19a", "19b"]
    assert 0 < len(left) < 40
    assert spool.dropped == 40 - len(left)
    assert sum(path.stat().st_size for path in tmp_path.glob("*.gz")) <= 1000


def test_many_records_go_in_several_batches_and_one_that_is_too_large_does_not_stop_them(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path, "EU-1")
    large: list[dict[str, Any]] = [
        {"id": str(n), "feature": "s", "content": "x" * (PIECE // 3)} for n in range(5)
    ]
    spool.commit(
        [*large, {"id": "whale", "feature": "s", "content": "x" * PIECE}, *records("small")], place(1)
    )
    assert len(list(tmp_path.glob("*.gz"))) == 3
    assert ids(spool) == ["0", "1", "2", "3", "4", "small"]
    assert spool.dropped == 1


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"number": 1, "logs": {"access": [[1]]}}'])
def test_a_damaged_position_is_known_to_be_lost_and_what_waits_still_goes(
    tmp_path: Path, content: bytes
) -> None:
    Spool(tmp_path, "EU-1").commit(records("a"), place(10))
    (tmp_path / POSITION).write_bytes(content)
    again = Spool(tmp_path, "EU-1")
    assert again.lost
    assert ids(again) == ["a"]
    again.commit(records("b"), place(20))
    assert not Spool(tmp_path, "EU-1").lost
