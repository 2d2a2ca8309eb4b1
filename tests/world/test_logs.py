import os
from pathlib import Path

from meridian.world.logs import bound, open_for_append, tail


def test_a_log_that_grew_is_cut_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    descriptor = open_for_append(log)
    os.write(descriptor, b"a" * 700 + b"b" * 500)
    assert bound(tmp_path, largest=1000) == ["x.log"]
    os.write(descriptor, b"after\n")
    os.close(descriptor)
    assert log.read_text() == "after\n"
    assert (tmp_path / "x.log.1").read_text() == "a" * 500 + "b" * 500
    assert bound(tmp_path, largest=1000) == []


def test_the_tail_is_what_was_said_last(tmp_path: Path) -> None:
    (tmp_path / "x.log").write_text("one\n\ntwo\nthree\n\n")
    assert tail(tmp_path / "x.log", 2) == "two\nthree"
    assert tail(tmp_path / "absent.log") == ""
