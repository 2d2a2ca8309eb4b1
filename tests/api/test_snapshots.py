import asyncio

import pytest

from meridian.api.snapshots import Snapshots, write_atomically
from meridian.envoy.snapshot import Snapshot


def snapshot(region: str, text: str) -> Snapshot:
    return Snapshot(region, {"listeners.json": text.encode()}, 1)


async def test_whoever_waits_is_told_at_once_and_others_are_not_woken_to_nothing(tmp_path):
    held = Snapshots(tmp_path)
    first = {"EU": snapshot("EU", "{}"), "US": snapshot("US", "{}")}
    assert await held.replace(first) == {"EU", "US"}
    eu, us = (held.get(region).digest for region in ("EU", "US"))
    waiting = asyncio.create_task(held.next("EU", eu, 10))
    other = asyncio.create_task(held.next("US", us, 0.05))
    await asyncio.sleep(0)
    assert await held.replace({**first, "EU": snapshot("EU", '{"a":1}')}) == {"EU"}
    served = await waiting
    assert served is not None
    assert Snapshot.load(served.body).digest == served.digest != eu
    assert await other is None


async def test_who_has_another_snapshot_does_not_wait(tmp_path):
    held = Snapshots(tmp_path)
    await held.replace({"EU": snapshot("EU", "{}")})
    assert await held.next("EU", "old", 10) is held.get("EU")


async def test_an_unchanged_compilation_wakes_nobody(tmp_path):
    held = Snapshots(tmp_path)
    await held.replace({"EU": snapshot("EU", "{}")})
    assert await held.replace({"EU": snapshot("EU", "{}")}) == frozenset()


async def test_closing_lets_everyone_go(tmp_path):
    held = Snapshots(tmp_path)
    waiting = asyncio.create_task(held.next("EU", "", 60))
    await asyncio.sleep(0)
    held.close()
    assert await asyncio.wait_for(waiting, 1) is None


async def test_the_last_snapshots_survive_on_disk_and_a_damaged_one_counts_as_absent(tmp_path):
    held = Snapshots(tmp_path / "s")
    await held.replace({region: snapshot(region, "{}") for region in ("EU", "US", "APAC")})
    await held.replace({region: snapshot(region, "{}") for region in ("EU", "US")})
    path = tmp_path / "s" / "US.json"
    path.write_bytes(path.read_bytes().replace(b"{}", b"[]"))
    again = Snapshots(tmp_path / "s")
    assert again.restore()
    assert set(again.wanted()) == {"EU"}
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_replaced_stays_as_it_was(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomically(path, b"x")
    assert list(tmp_path.iterdir()) == [path]
