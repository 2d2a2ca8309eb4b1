"""The `meridian` program. It knows commands by name and loads one only when it is asked for, to start fast.

To add a command: write `cli/commands/NAME.py` and one line in COMMANDS. Commands that belong to a feature of
Meridian stand in its `Feature.commands` instead; one with the name of a group here adds its own to it.

Exit status: 0 done, 1 failed (wrong usage included), 130 interrupted; for `meridian plan`, 2 means changes.
A command whose function returns an int exits with it.
"""

import copy
import importlib
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import NoReturn

import click

from meridian.cli import errors
from meridian.cli.session import Session
from meridian.core.suggest import did_you_mean

COMMANDS: Mapping[str, str] = {
    "up": "meridian.cli.commands.up:up",
    "down": "meridian.cli.commands.down:down",
    "status": "meridian.cli.commands.status:status",
    "init": "meridian.cli.commands.init:init",
    "validate": "meridian.cli.commands.validate:validate",
    "plan": "meridian.cli.commands.plan:plan",
    "apply": "meridian.cli.commands.apply:apply",
    "history": "meridian.cli.commands.history:history",
    "rollback": "meridian.cli.commands.rollback:rollback",
    "config": "meridian.cli.commands.config:config",
    "compile": "meridian.cli.commands.compile:compile",
    "export": "meridian.cli.commands.export:export",
    "route": "meridian.cli.commands.route:route",
    "region": "meridian.cli.commands.region:region",
    "user": "meridian.cli.commands.user:user",
    "world": "meridian.cli.commands.world:world",
    "load": "meridian.cli.commands.load:load",
    "journal": "meridian.cli.commands.journal:journal",
    "undo": "meridian.cli.commands.undo:undo",
    "token": "meridian.cli.commands.token:token",
    "edge": "meridian.cli.commands.edge:edge",
    "control": "meridian.cli.commands.control:control",
}
"""Command name -> module:attribute, in the order in which a person meets them."""


class Program(click.Group):
    """The commands of COMMANDS whose modules exist, and those that features bring."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        own = [name for name, target in COMMANDS.items() if _exists(target)]
        brought = sorted({command.name or "" for command in _feature_commands()} - set(own))
        return own + brought

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        target = COMMANDS.get(cmd_name)
        own = _load(target) if target and _exists(target) else None
        if own is not None and not isinstance(own, click.Group):
            return own
        brought = [command for command in _feature_commands() if command.name == cmd_name]
        return _merged(own, brought)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            hint = did_you_mean(name, self.list_commands(ctx))
            raise click.UsageError(f"there is no command {name}" + (f"; {hint}" if hint else ""), ctx)
        return super().resolve_command(ctx, args)


def _exists(target: str) -> bool:
    return find_spec(target.partition(":")[0]) is not None


def _load(target: str) -> click.Command:
    module, _, attribute = target.partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    return command


def _feature_commands() -> Sequence[click.Command]:
    if find_spec("meridian.features") is None:
        return ()
    from meridian.features import features

    return [command for feature in features() for command in feature.commands]


def _merged(own: click.Command | None, brought: Sequence[click.Command]) -> click.Command | None:
    """One command of all that have the same name: the first, with the others' subcommands if a group."""
    candidates = [*([own] if own else []), *brought]
    if not candidates:
        return None
    first = candidates[0]
    if not isinstance(first, click.Group) or len(candidates) == 1:
        return first
    merged = copy.copy(first)
    merged.commands = dict(first.commands)
    for other in candidates[1:]:
        if isinstance(other, click.Group):
            merged.commands.update(other.commands)
    return merged


@click.command(
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="meridian", message="meridian %(version)s")
@click.pass_context
def program(ctx: click.Context) -> None:
    """Launch and traffic control for apps that are live in many countries."""
    ctx.obj = Session()
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line (of this process when None) and returns its exit status. Never raises."""
    return errors.guarded(lambda: program.main(arguments, prog_name="meridian", standalone_mode=False))


def run() -> NoReturn:
    """The console script."""
    sys.exit(main())
