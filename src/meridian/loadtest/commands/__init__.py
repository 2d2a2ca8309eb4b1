"""The commands of load tests that ask control or read files: `meridian load list`, `show` and so on. `meridian load run`,
which needs a world to aim at, is with the program itself."""

import click

from meridian.loadtest.commands import acting, files, showing
from meridian.loadtest.commands.group import load

for _command in (*showing.COMMANDS, *acting.COMMANDS, *files.COMMANDS):
    load.add_command(_command)

COMMANDS: tuple[click.Command, ...] = (load,)
