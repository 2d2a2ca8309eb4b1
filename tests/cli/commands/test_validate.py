import json
from pathlib import Path

import pytest

from meridian.cli.main import main
from tests.config.shop import SHOP, changed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shop.yaml"


def test_a_valid_file_is_said_to_be(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(SHOP)
    assert main(["validate", str(file)]) == 0
    assert capsys.readouterr().out == f"{file} is valid: 2 regions, 249 countries, 2 features, 0 promises\n"
    assert main(["validate", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"valid": True, "problems": []}


def test_each_problem_is_a_line_on_stdout(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(changed(("default_region: EU", "default_region: UE"), ("app: {name", "app: {nam")))
    assert main(["validate", str(file)]) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        f"{file}:2:7: app.nam: there is no such setting; did you mean name?",
    ]
    assert shown.err == f"{file} has 1 problem; nothing was changed\n"


def test_problems_as_json_have_their_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(changed(("default_region: EU", "default_region: UE")))
    assert main(["validate", str(file), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["valid"] is False
    [problem] = answer["problems"]
    assert (problem["line"], problem["column"], problem["todo"]) == (14, 17, "did you mean EU?")


def test_a_missing_file_is_a_problem_too(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(file)]) == 1
    assert "there is no such file" in capsys.readouterr().out
