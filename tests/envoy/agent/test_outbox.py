"""Decisions of an edge, until control has them."""

from pathlib import Path

from meridian.core.clock import FakeClock
from meridian.core.decision import Decision
from meridian.envoy.agent.outbox import Outbox


def decision(number: int) -> Decision:
    return Decision("regions.return", "return-step", "europe-west1", f"step {number}")


def test_decisions_are_stamped_and_survive_a_restart_until_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "decisions.json"
    first = Outbox(path, FakeClock())
    first.add([decision(1), decision(2)])
    again = Outbox(path, FakeClock())
    batch = again.batch()
    assert [each["sentence"] for each in batch] == ["step 1", "step 2"]
    assert all(each["id"] and each["at"] for each in batch)
    again.acknowledge([batch[0]["id"], "never-heard-of"])
    assert [each["sentence"] for each in Outbox(path, FakeClock()).batch()] == ["step 2"]


def test_only_so_many_are_kept_and_the_rest_is_counted(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "decisions.json", FakeClock(), limit=3)
    outbox.add([decision(number) for number in range(5)])
    assert [each["sentence"] for each in outbox.batch()] == ["step 2", "step 3", "step 4"]
    assert outbox.dropped == 2


def test_a_damaged_file_and_a_folder_that_cannot_be_written_lose_nothing_new(tmp_path: Path) -> None:
    path = tmp_path / "decisions.json"
    path.write_bytes(b'[{"id"')
    outbox = Outbox(path, FakeClock())
    path.unlink()
    path.mkdir()
    outbox.add([decision(1)])
    assert len(outbox) == 1
