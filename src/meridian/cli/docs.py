"""Writes docs/configuration.md, docs/scenarios.md and docs/cli.md out of the settings and the commands themselves.

python -m meridian.cli.docs            writes them
python -m meridian.cli.docs --check    says which are stale, and exits with 1 when one is
"""

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from meridian import console as output
from meridian.cli import errors
from meridian.cli.main import program

INTRODUCTION = """\
# Commands

<!-- Written by `python -m meridian.cli.docs` from the commands' own help. Do not edit it here. -->

Results go to stdout, progress and errors to stderr. Exit status: 0 done, 1 failed, 130 interrupted,
where a command does not say more. `MERIDIAN_DEBUG=1` shows the traceback of an unexpected error, and `NO_COLOR`
turns colours off.
"""


def pages() -> Mapping[str, str]:
    """File name under docs/ -> what it has to say."""
    from meridian.config.model import config_model
    from meridian.config.reference import markdown
    from meridian.features import features
    from meridian.loadtest.scenario import reference

    return {
        "configuration.md": markdown(config_model(features())),
        "scenarios.md": reference.markdown(),
        "cli.md": cli(),
    }


def cli() -> str:
    """The reference of every registered command."""
    root = click.Context(program, info_name="meridian", help_option_names=["-h", "--help"])
    return "\n".join([INTRODUCTION, *_contents(root), "", *_commands(root)])


def _contents(root: click.Context) -> Iterator[str]:
    yield "| command | |"
    yield "|---|---|"
    for name, command in _inside(root):
        anchor = f"meridian-{name}"
        yield f"| [`meridian {name}`](#{anchor}) | {command.get_short_help_str(120)} |"


def _commands(context: click.Context) -> Iterator[str]:
    for name, command in _inside(context):
        inner = click.Context(command, info_name=name, parent=context)
        depth = inner.command_path.count(" ")
        yield f"{'#' * (depth + 1)} `{inner.command_path}`"
        yield ""
        yield from _one(command, inner)
        if isinstance(command, click.Group):
            yield from _commands(inner)


def _inside(context: click.Context) -> Iterator[tuple[str, click.Command]]:
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is not None and not command.hidden:
                yield name, command


def _one(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = command.get_usage(context).removeprefix("Usage: ")
    yield f"```\n{usage}\n```"
    yield ""
    if command.help:
        yield _prose(command.help)
        yield ""
    records = [record for parameter in command.params if (record := parameter.get_help_record(context))]
    explained = [(option, " ".join(meaning.split())) for option, meaning in records if meaning]
    yield from (f"- `{option}`: {meaning}" for option, meaning in explained)
    if explained:
        yield ""


def _prose(text: str) -> str:
    """Help text as Markdown; paragraphs that click is told not to wrap are code."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text).replace("\b\n", "\b"))
    return "\n\n".join(
        f"```\n{inspect.cleandoc(part[1:])}\n```" if part.startswith("\b") else part.replace("\n", " ")
        for part in paragraphs
    )


@click.command()
@click.option("--check", is_flag=True, help="Only say which pages are stale.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("docs"), show_default=True)
def write(check: bool, folder: Path) -> int:
    """Write the generated pages, or check them."""
    written = pages()
    stale = [name for name, text in written.items() if not _same(folder / name, text)]
    if check:
        for name in stale:
            output.note(f"{folder / name} is stale; write it again with `make docs`")
        return 1 if stale else 0
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (folder / name).write_text(written[name], encoding="utf-8")
        output.say(f"{folder / name} is written")
    return 0


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(errors.guarded(lambda: write.main(standalone_mode=False)))
