from pathlib import Path

import pytest

from meridian.core.errors import InvalidInput, NotFound
from meridian.loadtest.scenario.loading import available, bundled, load, parsed
from tests.loadtest.scenario.scenarios import SMALL


def test_a_bundled_scenario_is_found_by_its_name() -> None:
    assert load("swipe") == bundled("swipe")
    assert available() == ["ai", "calls", "chat", "events", "payouts", "swipe"]


def test_your_own_is_found_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(SMALL.format(kind="load", arrivals="poisson"))
    assert load(path) == load(str(path))
    assert load(path).source == str(path)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("swip", "there is no bundled scenario swip; did you mean swipe?"),
        ("no/swipe.yaml", "there is no file no/swipe.yaml; did you mean the bundled scenario swipe?"),
        ("no/own.yaml", "there is no file no/own.yaml; check the path"),
    ],
)
def test_what_is_not_there_is_said_with_what_may_be_meant(name: str, sentence: str) -> None:
    with pytest.raises(NotFound) as caught:
        load(name)
    assert str(caught.value) == sentence


def test_a_folder_is_none(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="can't be read: Is a directory"):
        load(tmp_path)


def test_a_python_file_is_run_and_a_text_never_is(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text("from meridian.loadtest.scenario.python import scenario\nscenario(name='x')\n")
    with pytest.raises(InvalidInput, match=r"own\.py:2:1: flow: this setting is missing"):
        load(path)
    with pytest.raises(InvalidInput, match=r"this is not YAML|a scenario is a mapping"):
        parsed(path.read_text())


def test_bytes_that_are_no_text_are_said(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match="is not UTF-8 text"):
        load(path)
    with pytest.raises(InvalidInput, match="byte 0xff is not UTF-8 text"):
        parsed(b"\xff\xfe")
