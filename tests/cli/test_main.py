import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from meridian.cli import main as program_module
from meridian.cli.main import COMMANDS, Program, main, program
from meridian.feature import Feature


def test_every_command_that_is_listed_exists_and_has_a_line_of_help(
    capsys: pytest.CaptureFixture[str],
) -> None:
    context = click.Context(program)
    for name in program.list_commands(context):
        command = program.get_command(context, name)
        assert command is not None
        assert command.get_short_help_str()
    assert {"init", "validate", "plan", "config"} <= set(program.list_commands(context))
    assert main(["--help"]) == 0
    assert "validate" in capsys.readouterr().out


def test_without_a_command_it_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("Usage: meridian")


def test_an_unknown_command_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vaildate"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert (
        output.err == "error: there is no command vaildate; did you mean validate?\ntry `meridian --help`\n"
    )


def test_wrong_usage_exits_with_1_as_2_means_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--colour"]) == 1
    assert capsys.readouterr().err.startswith("error: no such option")
    assert main(["plan"]) == 1
    assert "missing argument 'FILE'" in capsys.readouterr().err


def test_a_command_whose_module_is_missing_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        program_module, "COMMANDS", {**COMMANDS, "ghost": "meridian.cli.commands.ghost:ghost"}
    )
    context = click.Context(program)
    assert "ghost" not in program.list_commands(context)
    assert program.get_command(context, "ghost") is None


@click.group("config")
def more() -> None:
    """More about configurations."""


@more.command("colour")
def colour() -> int:
    return 7


@click.command("greet")
def greet() -> None:
    click.echo("hello")


@pytest.fixture
def _greeting_feature(monkeypatch: pytest.MonkeyPatch) -> None:
    feature = Feature("greeting", commands=(more, greet))
    monkeypatch.setattr("meridian.features.features", lambda: (feature,))


@pytest.mark.usefixtures("_greeting_feature")
def test_a_features_command_is_one_of_the_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["greet"]) == 0
    assert capsys.readouterr().out == "hello\n"
    assert "greet" in program.list_commands(click.Context(program))


@pytest.mark.usefixtures("_greeting_feature")
def test_a_features_group_joins_the_one_of_the_same_name() -> None:
    group = program.get_command(click.Context(program), "config")
    assert isinstance(group, click.Group)
    assert set(group.commands) == {"schema", "colour"}
    assert main(["config", "colour"]) == 7
    assert isinstance(program, Program)


@pytest.mark.usefixtures("_greeting_feature")
def test_joining_leaves_the_original_group_alone() -> None:
    program.get_command(click.Context(program), "config")
    from meridian.cli.commands.config import config

    assert set(config.commands) == {"schema"}


def test_validating_starts_without_the_web_framework_and_the_database() -> None:
    """They would take most of a second to import."""
    profile = Path(__file__).parents[2] / "profiles/avalo/meridian.yaml"
    script = (
        "import sys; from meridian.cli.main import main; assert main(sys.argv[1:]) == 0;"
        "heavy = {'fastapi', 'psycopg', 'numpy', 'aiohttp', 'httpx', 'jwt', 'uvicorn'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run(
        [sys.executable, "-c", script, "validate", str(profile)], check=True, env=os.environ, timeout=60
    )
