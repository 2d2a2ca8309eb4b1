import json
from pathlib import Path

from meridian.limits.admission.log import EventLog


def test_a_line_an_event_and_older_files_beside_it(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "admission.log", lambda: 1_900_000_000.5, largest=200)
    for number in range(30):
        log.note("counts", number=number)
        log.flush()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "admission.log",
        "admission.log.1",
        "admission.log.2",
    ]
    last = json.loads((tmp_path / "admission.log").read_text().splitlines()[-1])
    assert last == {"t": 1_900_000_000.5, "event": "counts", "number": 29}


def test_what_the_disk_does_not_take_waits(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "away" / "admission.log")
    log.note("block")
    log.flush()
    (tmp_path / "away").mkdir()
    log.note("unblock")
    log.flush()
    events = [
        json.loads(line)["event"] for line in (tmp_path / "away" / "admission.log").read_text().splitlines()
    ]
    assert events == ["block", "unblock"]
