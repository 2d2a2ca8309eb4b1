from pathlib import Path

import pytest

from meridian.cli.main import main


def test_what_it_writes_is_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "shop.yaml"
    assert main(["init", "--name", "my-shop", "--out", str(path)]) == 0
    assert "app:\n  name: my-shop\n" in path.read_text()
    assert main(["validate", str(path)]) == 0
    assert "249 countries, 1 feature, 1 promise" in capsys.readouterr().out


def test_it_never_replaces_a_file_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("mine")
    assert main(["init", "--out", str(path)]) == 1
    assert path.read_text() == "mine"
    assert "exists already" in capsys.readouterr().err
    assert main(["init", "--out", str(path), "--force"]) == 0
    assert path.read_text().startswith("# How myapp is live")


@pytest.mark.parametrize("name", ["", "my shop", "2nd", "a\nb", "a: b", "x" * 64])
def test_a_name_that_would_not_be_valid_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--name", name, "--out", str(tmp_path / "x.yaml")]) == 1
    assert "can't be the name of an app" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--out", str(tmp_path / "nowhere/x.yaml")]) == 1
    assert capsys.readouterr().err.startswith("error: ")
