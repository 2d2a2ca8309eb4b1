"""The generated pages say what the program says now. `make docs` writes them again."""

from pathlib import Path

import click
import pytest

from meridian.cli.docs import pages, write
from meridian.cli.main import program

DOCS = Path(__file__).parents[2] / "docs"
PAGES = pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name], f"docs/{name} is stale: run `make docs`"


def test_every_command_and_every_option_is_described() -> None:
    lacking: list[str] = []
    _walk(click.Context(program, info_name="meridian"), lacking)
    assert lacking == []


def _walk(context: click.Context, lacking: list[str]) -> None:
    command = context.command
    if not command.help:
        lacking.append(context.command_path)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.help and not parameter.hidden:
            lacking.append(f"{context.command_path} {parameter.opts[0]}")
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            if not inner.hidden:
                _walk(click.Context(inner, info_name=name, parent=context), lacking)


def test_checking_tells_stale_pages_and_writing_mends_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--folder", str(tmp_path / "docs")]
    assert write.main([*arguments, "--check"], standalone_mode=False) == 1
    assert "cli.md is stale" in capsys.readouterr().err
    assert write.main(arguments, standalone_mode=False) == 0
    assert write.main([*arguments, "--check"], standalone_mode=False) == 0
    assert (tmp_path / "docs/cli.md").read_text(encoding="utf-8") == PAGES["cli.md"]
