from pathlib import Path

import pytest

from meridian.cli.main import main

BROKEN = """version: 1
app: {name: Sample}
colour: red
regions: 7
"""


@pytest.mark.parametrize("options", [[], ["--detach"]])
def test_a_configuration_with_mistakes_is_told_whole_and_nothing_is_started(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, home = tmp_path / "broken.yaml", tmp_path / "home"
    file.write_text(BROKEN)
    assert main(["up", "--config", str(file), "--home", str(home), *options]) == 1
    told = capsys.readouterr().err
    assert f"{file}:3:1: colour: " in told
    assert f"{file}:4:10: regions: " in told
    assert not home.exists()
