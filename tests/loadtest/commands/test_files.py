import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from meridian.loadtest.commands.files import check
from meridian.loadtest.commands.showing import scenarios
from tests.loadtest.place import MERIDIAN

SLOW = ("numpy", "jwt", "cryptography", "fastapi", "rich.table", "meridian.api")
SECRET = "swordfish of the whole company"


def test_what_is_wrong_with_a_file_is_json_where_json_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("name: x\ntitle: X\nload: {phases: [{name: a, for: 9s, rate: 1}]}\nflow: []\n")
    found = CliRunner().invoke(check, [str(file), "--json"], standalone_mode=False)
    told = json.loads(found.stdout)
    assert (found.return_value, told["valid"]) == (1, False)
    assert [(each["line"], each["path"]) for each in told["problems"]] == [(4, "flow")]
    good = CliRunner().invoke(check, ["swipe", "--json"], standalone_mode=False)
    assert (good.return_value, json.loads(good.stdout)["valid"]) == (0, True)


@pytest.mark.parametrize("name", ["own.yaml", "own.txt", "own"])
def test_a_file_that_is_no_scenario_is_not_repeated(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(f"{SECRET}\n")
    found = CliRunner().invoke(check, [str(file)], standalone_mode=False)
    assert "a scenario is a mapping of settings, and this is a text" in str(found.exception)
    assert "swordfish" not in str(found.exception) + found.output


@pytest.mark.parametrize("ending", ["json", "txt"])
def test_a_file_here_is_a_file_whatever_it_ends_in(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(f"own.{ending}").write_text("[]")
    found = CliRunner().invoke(check, [f"own.{ending}"], standalone_mode=False)
    assert f"own.{ending} has 1 problem" in str(found.exception)


def test_scenarios_takes_a_home_as_its_siblings_do(tmp_path: Path) -> None:
    found = CliRunner().invoke(scenarios, ["--home", str(tmp_path), "--json"], standalone_mode=False)
    assert json.loads(found.stdout)[0]["name"] == "ai"


@pytest.mark.parametrize("arguments", [("scenarios", "--json"), ("check", "swipe")])
def test_what_only_reads_scenarios_imports_nothing_slow(arguments: tuple[str, ...]) -> None:
    program = f"import sys; sys.argv = ['meridian', 'load', *{arguments!r}]\n"
    program += "try:\n    from meridian.cli.main import run; run()\nfinally:\n"
    program += f"    print([name for name in {SLOW!r} if name in sys.modules], file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50)
    assert ran.stderr.strip() == "[]"


def test_a_start_that_is_over_is_told_before_anything_slow_is_done() -> None:
    argv = [*MERIDIAN, "load", "run", "no-such", "--start-at", "2020-01-01T00:00:00Z"]
    ran = subprocess.run(argv, capture_output=True, text=True, timeout=50)
    assert ran.returncode == 1
    assert ran.stderr == "error: 2020-01-01T00:00:00Z is over; give a moment in the future\n"
