"""Snapshots on disk."""

from pathlib import Path

from meridian.envoy.agent.storage import SnapshotStore
from meridian.envoy.snapshot import Snapshot


def made(number: int, region: str = "EU") -> Snapshot:
    return Snapshot(region, {"routes/public.json": str(number).encode()}, number)


def test_the_newest_whole_snapshot_is_found_and_what_was_wrong_is_said(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    assert store.find("EU").snapshot is None
    store.keep(made(1))
    store.keep(made(2))
    found = store.find("EU")
    assert (found.snapshot, found.sentence) == (made(2), "")
    store.last_good.write_bytes(b"{}")
    found = store.find("EU")
    assert found.snapshot == made(1)
    assert "cannot be read" in found.sentence
    store.before.write_bytes(b"")
    found = store.find("EU")
    assert found.snapshot is None
    assert "waiting for control" in found.sentence


def test_a_damaged_last_good_one_does_not_push_out_the_one_before(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    store.keep(made(1))
    store.keep(made(2))
    store.last_good.write_bytes(b"damaged")
    store.keep(made(3))
    assert store.find("EU").snapshot == made(3)
    store.last_good.unlink()
    assert store.find("EU").snapshot == made(1)


def test_keeping_the_same_one_again_leaves_the_one_before(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    for number in (1, 2, 2):
        store.keep(made(number))
    store.last_good.unlink()
    assert store.find("EU").snapshot == made(1)


def test_another_regions_snapshot_is_not_used(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    store.keep(made(1, "US"))
    found = store.find("EU")
    assert found.snapshot is None
    assert "is of region US" in found.sentence
