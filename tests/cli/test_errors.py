import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from meridian.cli.errors import guarded
from meridian.core.errors import NotFound


class Peculiar(MemoryError):
    """Stands for anything that nobody expected."""


def raising(error: BaseException) -> Callable[[], object]:
    def command() -> object:
        raise error

    return command


def test_an_expected_error_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(NotFound("there is no region XX", "list them with `meridian region list`"))) == 1
    assert capsys.readouterr().err == "error: there is no region XX; list them with `meridian region list`\n"


def test_an_unexpected_error_leaves_its_traceback_in_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("MERIDIAN_DEBUG", raising=False)
    assert guarded(raising(Peculiar("boom"))) == 1
    [written] = tmp_path.iterdir()
    shown = capsys.readouterr().err
    assert (
        shown
        == f"error: an unexpected Peculiar stopped this command; its traceback is in {written}, please report it\n"
    )
    assert "Traceback (most recent call last)" in written.read_text()
    assert written.stat().st_mode & 0o077 == 0


def test_an_unwritable_place_is_said_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    monkeypatch.delenv("MERIDIAN_DEBUG", raising=False)
    assert guarded(raising(Peculiar("boom"))) == 1
    assert "could not be written" in capsys.readouterr().err


def test_debugging_shows_the_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MERIDIAN_DEBUG", "1")
    assert guarded(raising(Peculiar("boom"))) == 1
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (SystemExit(4), 4),
        (SystemExit(None), 0),
        (SystemExit("text"), 1),
        (click.UsageError("No such option: --x"), 1),
    ],
)
def test_however_it_ends_there_is_an_exit_status(error: BaseException, status: int) -> None:
    assert guarded(raising(error)) == status


def test_the_end_of_input_is_not_an_interrupt(capsys: pytest.CaptureFixture[str]) -> None:
    abort = click.Abort()
    abort.__cause__ = EOFError()
    assert guarded(raising(abort)) == 1
    assert "the input ended" in capsys.readouterr().err


def test_a_commands_number_is_its_exit_status() -> None:
    assert guarded(lambda: 2) == 2
    assert guarded(lambda: None) == 0
    assert guarded(lambda: "text") == 0


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    """As in `meridian config schema | head -1`."""
    reader, writer = os.pipe()
    os.close(reader)
    script = "from meridian.cli.main import run; run()"
    ended = subprocess.run(
        [sys.executable, "-c", script, "config", "schema"],
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert b"Traceback" not in ended.stderr
    assert ended.returncode != 0
    assert list(tmp_path.iterdir()) == []
