"""The commands of telemetry: `meridian metrics`."""

import click

from meridian.telemetry.commands import history, showing
from meridian.telemetry.commands.group import metrics

for _command in (*showing.COMMANDS, *history.COMMANDS):
    metrics.add_command(_command)

COMMANDS: tuple[click.Command, ...] = (metrics,)
