"""The commands of limits: `meridian limits`."""

import click

from meridian.limits.commands import acting, asking, override, showing
from meridian.limits.commands.group import limits

for _command in (*showing.COMMANDS, *asking.COMMANDS, *override.COMMANDS, *acting.COMMANDS):
    limits.add_command(_command)

COMMANDS: tuple[click.Command, ...] = (limits,)
